"""The audit as people read it: the newest first, narrowed, a page at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.store.audit import AuditEntry


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What to show of the audit; None: all."""

    noun: str | None = None
    noun_id: str | None = None
    actor: str | None = None
    action: str | None = None


def history(
    session: Session,
    narrowed: Narrowed,
    *,
    hidden: Collection[str] = (),
    before: UUID | None = None,
    limit: int,
) -> Sequence[AuditEntry]:
    """At most ``limit`` entries, older than ``before``, without those of ``hidden`` nouns."""
    found = select(AuditEntry)
    for column, wanted in (
        (AuditEntry.noun, narrowed.noun),
        (AuditEntry.noun_id, narrowed.noun_id),
        (AuditEntry.actor, narrowed.actor),
        (AuditEntry.action, narrowed.action),
    ):
        if wanted is not None:
            found = found.where(column == wanted)
    if hidden:
        found = found.where(AuditEntry.noun.not_in(hidden))
    if before is not None:
        found = found.where(AuditEntry.id < before)
    return session.scalars(found.order_by(AuditEntry.id.desc()).limit(limit)).all()


def nouns(session: Session) -> Sequence[str]:
    """All that entries are about."""
    return session.scalars(select(AuditEntry.noun).distinct().order_by(AuditEntry.noun)).all()
