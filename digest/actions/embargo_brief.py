"""Hold a brief back until a time, or no longer."""

from datetime import datetime
from uuid import UUID

from digest.actions.edit_edition import write_change
from digest.actions.edition_locks import hold_edition
from digest.domain.changes import TakeOut
from digest.domain.states import EditionState
from digest.store import audit
from digest.store.briefs import find_brief
from digest.store.desk_editions import drafts_with
from digest.store.editions import Edition
from digest.store.engine import Database, Session
from digest.store.runs import find_run


def embargo_brief(
    db: Database, brief_id: UUID, until: datetime | None, *, now: datetime, actor: str
) -> list[UUID]:
    """Let a brief be in no mail that goes out before ``until`` (None: lift the embargo).

    It is taken out of the drafts that go before; gives those. Once the embargo is over, the next
    edition of each of its lists finds it as if it had just arrived.
    """
    with db.begin() as session:
        brief = find_brief(session, brief_id)
        was, brief.embargoed_until = brief.embargoed_until, until
        audit.record(
            session,
            now=now,
            actor=actor,
            action="embargoed" if until else "released",
            noun="brief",
            noun_id=brief_id,
            before={"until": was.isoformat() if was else None},
            after={"until": until.isoformat() if until else None},
        )
        if until is None:
            return []
        drafts = [hold_edition(session, it.id) for it in drafts_with(session, brief_id)]
        early = [it for it in drafts if _is_draft(it) and _goes_out(session, it, now) < until]
        for draft in early:
            why = f"embargoed until {until:%Y-%m-%d %H:%M} UTC by {actor}"
            write_change(session, draft, TakeOut(brief_id, why), now, actor)
        return [draft.id for draft in early]


def _is_draft(edition: Edition) -> bool:
    return edition.state is EditionState.DRAFT  # it may have been approved while it was waited for


def _goes_out(session: Session, edition: Edition, now: datetime) -> datetime:
    return max(now, find_run(session, edition.run_id).scheduled_at) if edition.run_id else now
