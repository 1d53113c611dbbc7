"""Mailing lists and their runs."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, Field

from digest.actions.lists import Feed, change_cadence, coming_runs, create_list, pause_list
from digest.actions.pings import set_ping
from digest.actions.run_now import run_now
from digest.clock import utc_now
from digest.domain.states import Approval, RunState, Stream
from digest.store.lists import MailingList, all_lists, find_list
from digest.store.pages import runs_before
from digest.store.runs import Run, find_run
from digest.web.api.guards import ByCaller
from digest.web.api.once import AnswerOnce
from digest.web.api.paging import MOST, Cursor, Limit, Page, id_in, page_of
from digest.web.api.words import Address, Asked, Line, MaybeLine, SegmentText, Slug
from digest.web.site import Here


class ListDocument(BaseModel):
    """What people subscribe to."""

    slug: str
    name: str
    sender: str
    reply_to: str
    language: str
    timezone: str
    approval: Approval
    sections: tuple[str, ...]
    sources: list[str]
    cadences: dict[Stream, str]
    pinged: list[Stream] = Field(description="Those whose runs are told to some address.")
    paused: datetime | None


class NewList(Asked):
    """A list to make."""

    slug: Slug
    name: Line
    sender: Address
    reply_to: Address | None = None
    postal_address: Line
    sources: list[Slug] = Field(min_length=1, max_length=100)
    cadence: Line = "daily at 07:00"
    timezone: Line = "UTC"
    approval: Approval = Approval.AUTOMATIC


class Paused(Asked):
    """Whether a list's runs are planned."""

    paused: bool


class Words(Asked):
    """A cadence: "weekdays at 06:30", or a cron line; and what is told of its runs."""

    cadence: Line
    ping: MaybeLine | None = Field(
        None, description="Fetched after each of its runs; null takes it away, left out keeps it."
    )


class Schedule(BaseModel):
    """The next times of a stream, in UTC."""

    timezone: str
    times: list[datetime]


class RunDocument(BaseModel):
    """An occasion on which a list goes out, or why it didn't."""

    id: UUID
    list_id: UUID
    stream: Stream
    scheduled: datetime
    by_hand: bool
    state: RunState
    reason: str | None
    segment: str | None = Field(description="Whom of the list it is for; null: all.")


class NewRun(Asked):
    """A run outside the cadence."""

    stream: Stream = Stream.EACH
    segment: SegmentText | None = None


def list_lists(site: Here, caller: ByCaller) -> Page[ListDocument]:
    """The lists that this token may see."""
    with site.db.read() as session:
        mine = [_list(row) for row in all_lists(session) if caller.grants.on(row.id)]
    return Page(items=mine, next=None)


def show_list(site: Here, list_slug: str) -> ListDocument:
    """One list."""
    with site.db.read() as session:
        return _list(find_list(session, list_slug))


def new_list(site: Here, caller: ByCaller, new: NewList) -> ListDocument:
    """Make a list."""
    create_list(
        site.db,
        slug=new.slug,
        name=new.name,
        from_address=new.sender,
        reply_to=new.reply_to,
        postal_address=new.postal_address,
        feeds=[Feed(slug) for slug in new.sources],
        cadences={Stream.EACH: new.cadence},
        timezone=new.timezone,
        options={"approval": new.approval},
        now=utc_now(),
        actor=caller.actor,
    )
    return show_list(site, new.slug)


def pause(site: Here, caller: ByCaller, list_slug: str, change: Paused) -> ListDocument:
    """Plan no further runs of a list, or plan them again."""
    pause_list(site.db, list_slug, paused=change.paused, now=utc_now(), actor=caller.actor)
    return show_list(site, list_slug)


def set_cadence(
    site: Here, caller: ByCaller, list_slug: str, stream: Stream, change: Words
) -> ListDocument:
    """Give a stream another cadence."""
    change_cadence(
        site.db,
        list_slug,
        stream=stream,
        words=change.cadence,
        now=utc_now(),
        actor=caller.actor,
    )
    if "ping" in change.model_fields_set:
        set_ping(
            site.db,
            list_slug,
            stream=stream,
            url=change.ping or None,
            now=utc_now(),
            actor=caller.actor,
        )
    return show_list(site, list_slug)


def show_schedule(
    site: Here,
    list_slug: str,
    stream: Stream = Stream.EACH,
    n: Annotated[int, Query(ge=1, le=100, description="How many.")] = 10,
) -> Schedule:
    """When a stream goes out next."""
    zone, times = coming_runs(site.db, list_slug, stream=stream, after=utc_now(), n=n)
    return Schedule(timezone=zone, times=times)


def list_runs(
    site: Here, list_slug: str, limit: Limit = MOST, cursor: Cursor = None
) -> Page[RunDocument]:
    """A list's runs, the newest first."""
    with site.db.read() as session:
        only = (find_list(session, list_slug).id,)
        rows = runs_before(session, only, id_in(cursor), limit + 1)
    return page_of(rows, limit, _run, lambda row: row.id)


def show_run(site: Here, run_id: UUID) -> RunDocument:
    """One run."""
    with site.db.read() as session:
        return _run(find_run(session, run_id))


def start_run(
    site: Here, caller: ByCaller, once: AnswerOnce, list_slug: str, new: NewRun
) -> Response:
    """Start a run outside the cadence; it is built, approved and sent as any other."""

    def act() -> RunDocument:
        run_id = run_now(
            site.db,
            list_slug,
            stream=new.stream,
            segment=new.segment,
            now=utc_now(),
            actor=caller.actor,
        )
        return show_run(site, run_id)

    return once(act, 201)


def _list(row: MailingList) -> ListDocument:
    return ListDocument(
        slug=row.slug,
        name=row.name,
        sender=row.from_address,
        reply_to=row.reply_to,
        language=row.language,
        timezone=row.timezone,
        approval=row.approval,
        sections=row.sections,
        sources=[feed.source.slug for feed in row.feeds],
        cadences={cadence.stream: cadence.words for cadence in row.cadences},
        pinged=[cadence.stream for cadence in row.cadences if cadence.ping_url],
        paused=row.paused_at,
    )


def _run(row: Run) -> RunDocument:
    return RunDocument(
        id=row.id,
        list_id=row.list_id,
        stream=row.stream,
        scheduled=row.scheduled_at,
        by_hand=row.by_hand,
        state=row.state,
        reason=row.reason,
        segment=row.segment,
    )
