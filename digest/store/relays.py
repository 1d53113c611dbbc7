"""Relays: the SMTP servers (or the Maildir) that mail goes out through."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.errors import NotFound
from digest.store.base import Row, id_column

REST_SECONDS = 5
MAX_REST_SECONDS = 40  # mail flows again within a minute of a relay's return


class Relay(Row):
    """Where to hand mail over. ``url`` holds no password; that is sealed beside it."""

    __tablename__ = "relay"

    id: Mapped[UUID] = id_column()
    name: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    sealed_password: Mapped[str | None]  # tokens.seal
    enabled: Mapped[bool] = mapped_column(default=True)
    weight: Mapped[int] = mapped_column(default=1)  # its share; 0: only while all others rest
    connections: Mapped[int | None]  # that it allows, over all senders; None: any number
    created_at: Mapped[datetime]

    # A breaker for the whole relay: nobody tries it before this time.
    resting_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)  # connections in a row
    error: Mapped[str | None]


def all_relays(session: Session) -> Sequence[Relay]:
    return session.scalars(select(Relay).order_by(Relay.name)).all()


def find_relay(session: Session, name: str) -> Relay:
    relay = session.scalar(select(Relay).where(Relay.name == name))
    if relay is None:
        known = ", ".join(session.scalars(select(Relay.name).order_by(Relay.name))) or "none yet"
        raise NotFound(f"There is no relay {name!r} (known: {known}).")
    return relay


def usable_relays(session: Session) -> Sequence[Relay]:
    """The relays that mail may go out through, in order of name."""
    return session.scalars(select(Relay).where(Relay.enabled).order_by(Relay.name)).all()


def relay_marks(relays: Sequence[Relay]) -> frozenset[tuple[object, ...]]:
    """What senders must know at once when it changes; how relays do is not part of it."""
    return frozenset((r.id, r.url, r.sealed_password, r.weight, r.connections) for r in relays)


def rest_relay(session: Session, relay_id: UUID, now: datetime, error: str) -> datetime:
    """Note a failed connection: nobody tries the relay for 5 s, doubling up to 40 s; gives
    until when."""
    relay = session.get_one(Relay, relay_id, with_for_update=True)
    wait = min(REST_SECONDS * 2**relay.failures, MAX_REST_SECONDS)
    relay.failures += 1
    relay.error = error
    relay.resting_until = now + timedelta(seconds=wait)
    return relay.resting_until


def relay_works(session: Session, relay_id: UUID) -> None:
    """Note that the relay answers again."""
    relay = session.get_one(Relay, relay_id)
    relay.failures, relay.error, relay.resting_until = 0, None, None
