"""The schedule: past and coming runs of all lists, and the rules that make them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from fastapi import Response

from digest.actions.calendar import Occasion, calendar
from digest.actions.change_zone import change_zone
from digest.actions.lists import change_cadence, pause_list
from digest.actions.pings import set_ping
from digest.actions.quiet_hours import set_quiet_hours
from digest.actions.run_now import run_now
from digest.clock import utc_now, zone
from digest.domain.errors import Illegal
from digest.domain.quiet_hours import WhoseClock
from digest.domain.states import Stream
from digest.schedule.cadence import EXAMPLES
from digest.schedule.quiet import spell_quiet_hours
from digest.store.audit import history_of
from digest.store.lists import all_lists, find_list
from digest.store.saved_segments import segments_of
from digest.web.desk.desk import AtDesk, Desk
from digest.web.posted import Posted, first
from digest.web.zones import zones_with

MOST_DAYS = 92  # either way
FOLDED_FROM = 4  # more coming runs of one list on one day are one line
MOST_CHANGES = 10


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar, in the viewer's zone."""

    day: date
    is_today: bool
    occasions: Sequence[tuple[Occasion, int]]  # each with how many more it stands for


def show_schedule(desk: AtDesk, back: int = 3, ahead: int = 7, list: str = "") -> Response:  # noqa: A002 - as the address has it
    """GET /desk/schedule: all runs from ``back`` days ago to ``ahead`` days from now."""
    now = utc_now()
    with desk.site.db.read() as session:
        lists = [one for one in all_lists(session) if desk.viewer.grants.on(one.id)]
    back, ahead = (max(0, min(days, MOST_DAYS)) for days in (back, ahead))
    found = calendar(
        desk.site.db,
        now - timedelta(days=back),
        now + timedelta(days=ahead),
        now,
        slug=list or None,
    )
    mine = [one for one in found if desk.viewer.grants.on(one.list_id)]
    return desk.page(
        "desk/schedule.html",
        days=_by_day(mine, desk.viewer.timezone, now),
        lists=lists,
        chosen=list,
        back=back,
        ahead=ahead,
    )


def show_list_schedule(desk: AtDesk, list_slug: str) -> Response:
    """GET /desk/schedule/{list_slug}: when a list goes out, its rules, the next 30 days."""
    return _list_page(desk, list_slug)


def post_cadence(desk: AtDesk, list_slug: str, fields: Posted) -> Response:
    """POST …/cadence: another cadence for one stream."""
    stream = _stream(fields)
    change_cadence(
        desk.site.db,
        list_slug,
        stream=stream,
        words=first(fields, "words"),
        now=utc_now(),
        actor=desk.actor,
    )
    return _back(desk, list_slug, "The cadence is changed; runs that were only planned are new.")


def post_ping(desk: AtDesk, list_slug: str, fields: Posted) -> Response:
    """POST …/ping: what is told when a run of a stream is over; empty takes it away."""
    url = first(fields, "url").strip() or None
    set_ping(
        desk.site.db,
        list_slug,
        stream=_stream(fields),
        url=url,
        now=utc_now(),
        actor=desk.actor,
    )
    return _back(desk, list_slug, "Its runs are told." if url else "Its runs are told to nobody.")


def post_zone(desk: AtDesk, list_slug: str, fields: Posted) -> Response:
    """POST …/zone: by which clocks it goes out."""
    timezone = first(fields, "timezone")
    change_zone(desk.site.db, list_slug, timezone, now=utc_now(), actor=desk.actor)
    return _back(desk, list_slug, f"It goes out by the clocks of {timezone}.")


def post_quiet_hours(desk: AtDesk, list_slug: str, fields: Posted) -> Response:
    """POST …/quiet-hours: when nothing is sent; empty takes them away."""
    kept = set_quiet_hours(
        desk.site.db,
        list_slug,
        first(fields, "hours") or None,
        by=_whose_clock(fields),
        now=utc_now(),
        actor=desk.actor,
    )
    return _back(desk, list_slug, f"Quiet hours: {kept}." if kept else "No quiet hours.")


def post_pause(desk: AtDesk, list_slug: str) -> Response:
    """POST …/pause: no more runs of a list."""
    pause_list(desk.site.db, list_slug, paused=True, now=utc_now(), actor=desk.actor)
    return _back(desk, list_slug, "Paused: no run is planned until it is resumed.")


def post_resume(desk: AtDesk, list_slug: str) -> Response:
    """POST …/resume: plan runs again, from now on."""
    pause_list(desk.site.db, list_slug, paused=False, now=utc_now(), actor=desk.actor)
    return _back(desk, list_slug, "Resumed: runs are planned from now on.")


def post_run(desk: AtDesk, list_slug: str, fields: Posted) -> Response:
    """POST …/run: a run outside the cadence, at once."""
    run_now(
        desk.site.db,
        list_slug,
        stream=_stream(fields),
        segment=first(fields, "segment") or None,
        now=utc_now(),
        actor=desk.actor,
    )
    return _back(desk, list_slug, "A run is planned for now; its edition is built in a moment.")


def _list_page(desk: Desk, slug: str) -> Response:
    now = utc_now()
    with desk.site.db.read() as session:
        mailing_list = find_list(session, slug)
        segments = segments_of(session, mailing_list.id)
        history = history_of(session, "mailing_list", mailing_list.id, MOST_CHANGES)
    found = calendar(desk.site.db, now, now + timedelta(days=30), now, slug=slug)
    return desk.page(
        "desk/list_schedule.html",
        list=mailing_list,
        cadences={one.stream: one.words for one in mailing_list.cadences},
        pings={one.stream: one.ping_url for one in mailing_list.cadences},
        streams=tuple(Stream),
        quiet=spell_quiet_hours(mailing_list.quiet_hours) if mailing_list.quiet_hours else "",
        clocks=tuple(WhoseClock),
        zones=zones_with(mailing_list.timezone),
        examples=EXAMPLES,
        days=_by_day(found, mailing_list.timezone, now),
        total=len(found),
        segments=segments,
        history_entries=history,
        role=desk.viewer.grants.on(mailing_list.id),
    )


def _back(desk: Desk, slug: str, said: str) -> Response:
    return desk.redirect(f"/desk/schedule/{slug}", said=said)


def _by_day(occasions: Iterable[Occasion], zone_name: str, now: datetime) -> list[Day]:
    home = zone(zone_name)
    local = [replace(one, at=one.at.astimezone(home)) for one in occasions]
    return [
        Day(day, day == now.astimezone(home).date(), _folded(list(those)))
        for day, those in groupby(local, key=lambda one: one.at.date())
    ]


def _folded(occasions: Sequence[Occasion]) -> list[tuple[Occasion, int]]:
    """A list that runs every few minutes takes one line a day for what is still to come."""
    counts: dict[tuple[str, str], int] = {}
    for one in occasions:
        if one.run is None:
            key = (one.slug, one.stream)
            counts[key] = counts.get(key, 0) + 1
    lines, folded = [], set()
    for one in occasions:
        key = (one.slug, one.stream)
        n = counts.get(key, 0)
        if one.run is not None or n < FOLDED_FROM:
            lines.append((one, 0))
        elif key not in folded:
            folded.add(key)
            lines.append((one, n - 1))
    return lines


def _stream(fields: Posted) -> Stream:
    try:
        return Stream(first(fields, "stream") or Stream.EACH)
    except ValueError:
        raise Illegal("There is no such stream.") from None


def _whose_clock(fields: Posted) -> WhoseClock:
    try:
        return WhoseClock(first(fields, "by") or WhoseClock.LIST)
    except ValueError:
        raise Illegal("Quiet hours are by the list's clocks or each subscriber's.") from None
