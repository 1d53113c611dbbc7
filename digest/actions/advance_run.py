"""Take a run one step further: draft, approve, hand over to a campaign, or say why not."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from digest.actions.approve_edition import SERVICE, approve_edition
from digest.actions.build_edition import build_edition
from digest.actions.check_domain import look_ahead
from digest.actions.edition_locks import hold_list
from digest.actions.run_view import RunView, view_run
from digest.actions.schedule_campaign import schedule_campaign
from digest.actions.tell_editors import note_for_editors
from digest.actions.withdraw_edition import withdraw_edition
from digest.domain.errors import Illegal
from digest.domain.notice import NoticeKind
from digest.domain.states import EditionState, RunState
from digest.log import get_logger
from digest.operate.spans import length
from digest.schedule.steps import Step
from digest.settings import Settings
from digest.store.campaigns import campaign_of_edition
from digest.store.editions import Edition, edition_of_run
from digest.store.engine import Database
from digest.store.lists import MailingList
from digest.store.notices import told_of
from digest.store.runs import Run, find_run, lock_run, open_runs, open_with_drafts

log = get_logger(__name__)


def runs_to_advance(db: Database, now: datetime) -> list[UUID]:
    """The runs for which there is something to do now, or to tell the editors."""
    with db.read() as session:
        views = [RunView(*found) for found in open_with_drafts(session)]
        told = told_of(session, [view.run.id for view in views]) if views else frozenset()
    return [view.run.id for view in views if _is_due(view, told, now)]


def _is_due(view: RunView, told: Collection[tuple[UUID, NoticeKind]], now: datetime) -> bool:
    kind = view.notice(now)
    is_news = kind is not None and (view.run.id, kind) not in told
    return is_news or view.step(now) is not Step.WAIT


def advance_run(db: Database, settings: Settings, run_id: UUID, now: datetime) -> list[Step]:
    """Take the steps that are due for a run; gives which they were."""
    taken: list[Step] = []
    while (step := _take_step(db, settings, run_id, now)) is not Step.WAIT and step not in taken:
        taken.append(step)
    note_for_editors(db, run_id, now)
    return taken


def _take_step(db: Database, settings: Settings, run_id: UUID, now: datetime) -> Step:
    with db.read() as session:
        run = find_run(session, run_id)
        if run_id not in {first.id for first in open_runs(session)}:
            return Step.WAIT
        view = view_run(session, run)
    mailing_list, edition = view.mailing_list, view.edition
    if edition is not None and run.state is RunState.PLANNED:
        run = _note_draft(db, run, now)  # whoever built it died before saying so
    step = RunView(run, mailing_list, edition).step(now)
    match step:
        case Step.BUILD:
            _build(db, run, mailing_list, now)
            look_ahead(db, settings, mailing_list.branding, now)
        case Step.APPROVE if edition is not None:
            _approve(db, settings, run, edition, now)
        case Step.SEND if edition is not None:
            _send(db, edition, now)
        case Step.ASK:
            _move(db, run, edition, RunState.AWAITING_APPROVAL, now, "Nobody has approved it yet.")
        case Step.MISS:
            _miss(db, run, mailing_list, edition, now)
    return step


def _build(db: Database, run: Run, mailing_list: MailingList, now: datetime) -> None:
    """Make or refresh the draft. Before the run's time, too little is no reason to give up."""
    try:
        result = build_edition(
            db, mailing_list.slug, stream=run.stream, now=now, run_id=run.id, actor=SERVICE
        )
    except Illegal as error:
        _move(db, run, None, RunState.SKIPPED, now, str(error))
        return
    if result.edition_id is not None:
        _note_draft(db, run, now)
    elif now >= run.scheduled_at:
        _move(db, run, None, RunState.SKIPPED, now, result.reason)
    else:
        _note_look(db, run, now, result.reason)


def _note_look(db: Database, run: Run, now: datetime, reason: str | None) -> None:
    """There is too little so far; it is looked at again after some minutes."""
    with db.begin() as session:
        found = lock_run(session, run.id)
        if found.state is RunState.PLANNED:
            found.reason, found.changed_at = reason, now


def _note_draft(db: Database, run: Run, now: datetime) -> Run:
    with db.begin() as session:
        found = lock_run(session, run.id)
        if found.state is RunState.PLANNED:
            found.move(RunState.DRAFTED, now)
        return found


def _approve(db: Database, settings: Settings, run: Run, edition: Edition, now: datetime) -> None:
    """Approve by itself; where the edition has a fault, a person has to look."""
    try:
        approve_edition(db, settings, edition.id, now=now, actor=SERVICE)
    except Illegal as error:
        _move(db, run, edition, RunState.AWAITING_APPROVAL, now, str(error))


def _send(db: Database, edition: Edition, now: datetime) -> None:
    """Put it on its way, unless somebody else was faster."""
    try:
        schedule_campaign(db, edition.id, due_at=now, now=now, actor=SERVICE)
    except Illegal:
        with db.read() as session:
            if campaign_of_edition(session, edition.id) is None:
                raise


def _miss(
    db: Database, run: Run, mailing_list: MailingList, edition: Edition | None, now: datetime
) -> None:
    """Give the run up; its briefs go into the next one."""
    late = f"It could not go within {length(mailing_list.max_lateness)} of its time"
    why = "nobody approved it" if run.state is RunState.AWAITING_APPROVAL else "nothing ran then"
    if edition is not None:
        withdraw_edition(db, edition.id, reason=f"{late}: {why}.", now=now, actor=SERVICE)
    _move(db, run, None, RunState.MISSED, now, f"{late}: {why}.")


def _move(
    db: Database,
    run: Run,
    edition: Edition | None,
    state: RunState,
    now: datetime,
    reason: str | None,
) -> None:
    """Move a run whose edition is as it was seen; where it isn't, somebody else was faster, and
    the next tick looks again."""
    with db.begin() as session:
        hold_list(session, run.list_id)
        found = lock_run(session, run.id)
        if found.state is not run.state:
            return
        if _as_seen(edition_of_run(session, run.id)) != _as_seen(edition):
            return
        found.move(state, now, reason)
    log.warning("run " + state.value, run=run.id, reason=reason)


def _as_seen(edition: Edition | None) -> tuple[UUID, EditionState, int] | None:
    return (edition.id, edition.state, edition.version) if edition is not None else None
