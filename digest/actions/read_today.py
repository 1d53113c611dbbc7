"""What editors see first: of each list what arrived, what will go, when, and what won't and why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from digest.actions.show_edition import EditionView, view_of
from digest.clock import zone
from digest.domain.states import Approval, EditionState, RunState, Stream
from digest.schedule.cadence import next_runs, parse_cadence
from digest.store.briefs import briefs_arrived
from digest.store.desk_editions import current_editions, drafts_of_corrections
from digest.store.editions import Edition
from digest.store.engine import Database, Session
from digest.store.lists import MailingList, all_lists
from digest.store.notices import ShownNotice, notices_to
from digest.store.runs import Run, open_runs

LATELY = timedelta(hours=24)
MOST_ARRIVALS = 40


@dataclass(frozen=True, slots=True)
class ListToday:
    """One list: its next run, the draft for it, and the number before."""

    id: UUID
    slug: str
    name: str
    timezone: str
    is_paused: bool
    approval: Approval
    next_at: datetime | None
    run_state: RunState | None
    run_reason: str | None
    draft: EditionView | None
    is_rejected: bool
    last: EditionView | None
    corrections: tuple[UUID, ...]  # drafts that correct an earlier number


@dataclass(frozen=True, slots=True)
class Arrived:
    """A brief that came in, and where it is now."""

    title: str
    url: str
    source: str
    arrived_at: datetime
    places: tuple[str, ...]  # "in No. 12 of daily", "left out of …: too old"


@dataclass(frozen=True, slots=True)
class Today:
    """The first page of the desk."""

    notices: Sequence[ShownNotice]  # what the viewer has to know
    lists: tuple[ListToday, ...]
    arrived: tuple[Arrived, ...]


def read_today(
    db: Database, account_id: UUID, is_shown: Callable[[UUID], bool], now: datetime
) -> Today:
    """For one account, of the lists that ``is_shown`` lets through; as few queries for many as for
    one."""
    with db.read() as session:
        lists = [one for one in all_lists(session) if is_shown(one.id)]
        runs = {run.list_id: run for run in open_runs(session) if run.stream is Stream.EACH}
        editions = current_editions(session, [one.id for one in lists])
        corrections = drafts_of_corrections(session, [one.id for one in lists])
        views = [_today(one, runs.get(one.id), editions, corrections, now) for one in lists]
        notices = [it for it in notices_to(session, account_id) if is_shown(it.list_id)]
        return Today(notices, tuple(views), _arrived(session, lists, views, now))


def _today(
    mailing_list: MailingList,
    run: Run | None,
    editions: Sequence[Edition],
    corrections: Sequence[Edition],
    now: datetime,
) -> ListToday:
    own = [it for it in editions if it.list_id == mailing_list.id]
    draft = next((it for it in own if it.state is EditionState.DRAFT), None)
    if draft is None and run is not None:
        draft = next((it for it in own if it.run_id == run.id), None)
    last = next((it for it in own if it is not draft and it.state is not EditionState.DRAFT), None)
    return ListToday(
        id=mailing_list.id,
        slug=mailing_list.slug,
        name=mailing_list.name,
        timezone=mailing_list.timezone,
        is_paused=mailing_list.paused_at is not None,
        approval=mailing_list.approval,
        next_at=run.scheduled_at if run else _next(mailing_list, now),
        run_state=run.state if run else None,
        run_reason=run.reason if run else None,
        draft=view_of(draft, mailing_list.slug) if draft else None,
        is_rejected=draft is not None and draft.rejected_at is not None,
        last=view_of(last, mailing_list.slug) if last else None,
        corrections=tuple(it.id for it in corrections if it.list_id == mailing_list.id),
    )


def _next(mailing_list: MailingList, now: datetime) -> datetime | None:
    if mailing_list.paused_at is not None:
        return None
    for cadence in mailing_list.cadences:
        if cadence.stream is Stream.EACH:
            coming = next_runs(parse_cadence(cadence.words), zone(mailing_list.timezone), now, 1)
            return next(iter(coming), None)
    return None


def _arrived(
    session: Session, lists: Sequence[MailingList], views: Sequence[ListToday], now: datetime
) -> tuple[Arrived, ...]:
    sources = {feed.source_id for one in lists for feed in one.feeds}
    rows = briefs_arrived(session, sources, now - LATELY, now)
    places = _places(views)
    return tuple(
        Arrived(row.title, row.url, row.source.name, row.arrived_at, tuple(places.get(row.id, ())))
        for row in reversed(rows[-MOST_ARRIVALS:])
    )


def _places(views: Sequence[ListToday]) -> dict[UUID, list[str]]:
    places: dict[UUID, list[str]] = {}
    for view in views:
        for edition in (it for it in (view.draft, view.last) if it is not None):
            name = f"No. {edition.number} of {view.slug}"
            for brief in edition.content.briefs:
                places.setdefault(brief.id, []).append(f"in {name}")
            for out in edition.excluded:
                places.setdefault(out.id, []).append(f"not in {name}: {out.why}")
    return places
