"""Send a draft back with a note: it goes to nobody before somebody approves it."""

from datetime import datetime
from uuid import UUID

from digest.actions.edit_edition import check_is_draft
from digest.actions.edition_locks import hold_edition
from digest.domain.errors import Illegal
from digest.store import audit
from digest.store.engine import Database

LONGEST_NOTE = 2_000


def reject_edition(db: Database, edition_id: UUID, *, note: str, now: datetime, actor: str) -> None:
    """Keep who rejected it and why; ``Illegal`` without a reason, or where it is no draft."""
    because = note.strip()[:LONGEST_NOTE]
    if not because:
        raise Illegal("Say why: those who mend it need to know.")
    with db.begin() as session:
        edition = hold_edition(session, edition_id)
        check_is_draft(edition)
        edition.rejected_at, edition.rejected_by = now, actor
        edition.rejected_because = because
        audit.record(
            session,
            now=now,
            actor=actor,
            action="rejected",
            noun="edition",
            noun_id=edition.id,
            after={"version": edition.version, "note": because},
        )
