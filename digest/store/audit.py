"""The audit: who changed what, from what, to what; and who was shown whose data."""

from collections.abc import Collection, Sequence
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.store.base import AsJson, Row, id_column

# Where whoever acts comes from, as the request or the command has it: kept with each entry.
came_from: ContextVar[str | None] = ContextVar("came_from", default=None)


class AuditEntry(Row):
    """One change by a person or by the service itself (actor ``service``)."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_noun_noun_id", "noun", "noun_id"),)

    id: Mapped[UUID] = id_column()
    at: Mapped[datetime]
    actor: Mapped[str]
    client: Mapped[str | None]  # where they came from: an address, or a host's command line
    action: Mapped[str]  # a verb: created, approved, withdrawn, paused, …
    noun: Mapped[str]  # the table
    noun_id: Mapped[str]
    before: Mapped[dict[str, Any] | None] = mapped_column(AsJson(dict[str, Any]))
    after: Mapped[dict[str, Any] | None] = mapped_column(AsJson(dict[str, Any]))


def record(
    session: Session,
    *,
    now: datetime,
    actor: str,
    action: str,
    noun: str,
    noun_id: object,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write one entry, in the transaction of the change itself."""
    session.add(
        AuditEntry(
            at=now,
            actor=actor,
            client=came_from.get(),
            action=action,
            noun=noun,
            noun_id=str(noun_id),
            before=before,
            after=after,
        )
    )


def last_of(
    session: Session, noun: str, noun_ids: Collection[str], action: str
) -> dict[str, AuditEntry]:
    """The latest entry of each thing with that action."""
    found = (
        select(AuditEntry)
        .where(
            AuditEntry.noun == noun, AuditEntry.noun_id.in_(noun_ids), AuditEntry.action == action
        )
        .order_by(AuditEntry.id)
    )
    return {entry.noun_id: entry for entry in session.scalars(found)}


def history_of(session: Session, noun: str, noun_id: object, limit: int) -> Sequence[AuditEntry]:
    """What was done to one thing, the newest first."""
    found = select(AuditEntry).where(AuditEntry.noun == noun, AuditEntry.noun_id == str(noun_id))
    return session.scalars(found.order_by(AuditEntry.id.desc()).limit(limit)).all()


def entries(session: Session, *, actor: str, action: str, since: datetime) -> Sequence[AuditEntry]:
    """What somebody did of one kind since a time."""
    found = select(AuditEntry).where(
        AuditEntry.actor == actor, AuditEntry.action == action, AuditEntry.at > since
    )
    return session.scalars(found).all()


def newest_entry(session: Session) -> AuditEntry | None:
    return session.scalar(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1))


def entries_after(session: Session, after: UUID, actions: Collection[str]) -> Sequence[AuditEntry]:
    """What was done of some kinds since an id, in the order of ids."""
    found = select(AuditEntry).where(AuditEntry.id > after, AuditEntry.action.in_(actions))
    return session.scalars(found.order_by(AuditEntry.id)).all()
