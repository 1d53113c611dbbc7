"""Connections to a relay that allows only so many: who has how many, over all hosts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, delete, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.store.base import Row
from digest.store.engine import db_now
from digest.store.relays import Relay

LEASE_SECONDS = 15.0  # a sender that died has none after this


class ConnectionLease(Row):
    """The connections of one sender to one relay."""

    __tablename__ = "connection_lease"

    relay_id: Mapped[UUID] = mapped_column(
        ForeignKey("relay.id", ondelete="CASCADE"), primary_key=True
    )
    owner: Mapped[UUID] = mapped_column(primary_key=True)
    connections: Mapped[int]
    lease_until: Mapped[datetime]  # by the database's clock


def lease_connections(session: Session, relay: Relay, owner: UUID, want: int) -> int:
    """Take up to ``want`` of the connections that a relay allows; gives how many were left."""
    if relay.connections is None:
        return want
    session.get_one(Relay, relay.id, with_for_update=True)
    session.execute(delete(ConnectionLease).where(ConnectionLease.lease_until < db_now()))
    taken = select(func.sum(ConnectionLease.connections))
    others = session.scalar(taken.where(ConnectionLease.relay_id == relay.id)) or 0
    n = max(0, min(want, relay.connections - int(others)))
    if n:
        until = db_now(LEASE_SECONDS)
        session.execute(
            insert(ConnectionLease).values(
                relay_id=relay.id, owner=owner, connections=n, lease_until=until
            )
        )
    return n


def renew_connections(session: Session, owner: UUID) -> None:
    """Keep a sender's connections for longer."""
    mine = update(ConnectionLease).where(ConnectionLease.owner == owner)
    session.execute(mine.values(lease_until=db_now(LEASE_SECONDS)))


def release_connections(session: Session, owner: UUID) -> None:
    session.execute(delete(ConnectionLease).where(ConnectionLease.owner == owner))
