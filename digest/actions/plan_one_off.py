"""An edition outside the cadence: its run is by hand, and its draft there at once."""

from datetime import datetime
from uuid import UUID

from digest.actions.build_edition import build_edition
from digest.actions.edition_locks import hold_list
from digest.actions.run_now import run_now
from digest.clock import zone
from digest.domain.edition import EditionContent, Section
from digest.domain.errors import Illegal
from digest.domain.states import RunState, Stream
from digest.store.editions import Edition, next_number, open_draft
from digest.store.engine import Database, Session
from digest.store.lists import MailingList, find_list
from digest.store.runs import lock_run


def plan_one_off(
    db: Database,
    slug: str,
    *,
    at: datetime,
    segment: str | None = None,
    now: datetime,
    actor: str,
) -> UUID:
    """Plan it for ``at``, for all or for a segment (as ``run_now`` has it).

    Gives its draft, made of what arrived, or empty where nothing did.

    ``Illegal`` where the time is over, a draft is open, or another one by hand is under way.
    """
    if at <= now:
        raise Illegal("That time is over; choose one to come.")
    with db.read() as session:
        mailing_list = find_list(session, slug)
        draft = open_draft(session, mailing_list.id, Stream.EACH)
        if draft is not None:
            raise Illegal(f"The draft of No. {draft.number} is open; approve or withdraw it first.")
    run_id = run_now(db, slug, stream=Stream.EACH, at=at, segment=segment, now=now, actor=actor)
    built = build_edition(db, slug, now=now, run_id=run_id, actor=actor)
    with db.begin() as session:
        hold_list(session, mailing_list.id)
        edition_id = built.edition_id or _empty(session, mailing_list, run_id, now, actor)
        run = lock_run(session, run_id)
        if run.state is RunState.PLANNED:
            run.move(RunState.DRAFTED, now)
        return edition_id


def _empty(
    session: Session, mailing_list: MailingList, run_id: UUID, now: datetime, actor: str
) -> UUID:
    draft = open_draft(session, mailing_list.id, Stream.EACH)
    if draft is not None:
        return draft.id
    number = next_number(session, mailing_list.id, Stream.EACH)
    content = EditionContent(
        list_name=mailing_list.name,
        number=number,
        date=now.astimezone(zone(mailing_list.timezone)).date(),
        subject=mailing_list.name,
        preheader="",
        language=mailing_list.language,
        sections=(Section("", ()),),
    )
    draft = Edition(
        list_id=mailing_list.id,
        run_id=run_id,
        stream=Stream.EACH,
        number=number,
        window_after=now,
        window_until=now,
        content=content,
        excluded=(),
        built_at=now,
        edited_at=now,
        edited_by=actor,
    )
    session.add(draft)
    session.flush()
    return draft.id
