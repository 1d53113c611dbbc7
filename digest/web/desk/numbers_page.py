"""Numbers: charts of what was sent and what became of it, and the same as CSV."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from fastapi import Response

from digest.actions.numbers import Mails, Numbers, People, numbers
from digest.clock import utc_now, zone
from digest.domain.csv_cells import csv_text
from digest.domain.errors import NotFound
from digest.domain.states import FINAL_DELIVERY_STATES, OPEN_DELIVERY_STATES
from digest.store.lists import MailingList, lists_by_id
from digest.web.desk.charts import bars, line
from digest.web.desk.desk import AtDesk, Desk

SPANS = (7, 30, 90, 365)
MOST_DAYS = 731
MAILS = ("sent", "failed", "delivered", "bounced", "complained")
PEOPLE = ("subscribers", "joined", "left")


def show_numbers(desk: AtDesk, days: int = 30, list: str = "") -> Response:  # noqa: A002 - as the address has it
    """GET /desk/numbers: the last ``days`` days, of one list or of all that the viewer may see."""
    found, until = _numbers(desk, days, list)
    labels = [f"{one.day.day} {one.day:%b}" for one in found.days]
    mails = [one.mails for one in found.days]
    return desk.page(
        "desk/numbers.html",
        numbers=found,
        charts={
            "sent": bars(labels, [one.sent for one in mails]),
            "delivered": bars(labels, [one.delivered for one in mails]),
            "failed": bars(labels, [one.failed for one in mails]),
            "bounced": bars(labels, [one.bounced for one in mails]),
            "complained": bars(labels, [one.complained for one in mails]),
            "gone": bars(labels, [one.people.gone for one in found.days]),
            "subscribers": line(labels, [one.people.subscribers for one in found.days]),
        },
        lists=_lists(desk),
        chosen=list,
        days=days,
        spans=SPANS,
        until=until,
    )


def export_numbers(desk: AtDesk, name: str, days: int = 30, list: str = "") -> Response:  # noqa: A002 - likewise
    """GET /desk/numbers/{name}.csv: ``editions``, ``lists`` or ``days``."""
    found, until = _numbers(desk, days, list)
    if name not in FILES:
        raise NotFound(f"There are {', '.join(f'{one}.csv' for one in FILES)}.")
    content = FILES[name](found)
    file = f"{list or 'all'}-{name}-{until}.csv"
    return Response(
        content,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )


def _numbers(desk: Desk, days: int, slug: str) -> tuple[Numbers, date]:
    until = utc_now().astimezone(zone(desk.viewer.timezone)).date()
    since = until - timedelta(days=max(1, min(days, MOST_DAYS)) - 1)
    mine = {one.slug for one in _lists(desk)}
    if slug and slug not in mine:
        raise NotFound("There is no such list.")
    return numbers(desk.site.db, since, until, slugs={slug} if slug else mine), until


def _lists(desk: Desk) -> Sequence[MailingList]:
    """Those that the viewer may see."""
    with desk.site.db.read() as session:
        known = lists_by_id(session)
    mine = [one for one in known.values() if desk.viewer.grants.on(one.id)]
    return sorted(mine, key=lambda one: one.slug)


def _editions(found: Numbers) -> str:
    states = [state for state in FINAL_DELIVERY_STATES if state not in {"sent", "failed"}]
    head = [
        "list",
        "number",
        "subject",
        "began (UTC)",
        "roster",
        *MAILS,
        "left",
        *states,
        "waiting",
        "clicks",
        "opens",
    ]
    return csv_text(
        head,
        (
            [
                one.slug,
                one.number,
                one.subject,
                _utc(one.began),
                one.roster,
                *_mails(one.mails),
                one.mails.left,
                *(one.counts[state] for state in states),
                sum(one.counts[state] for state in OPEN_DELIVERY_STATES),
                one.clicks,
                one.opens,
            ]
            for one in found.editions
        ),
    )


def _by_list(found: Numbers) -> str:
    return csv_text(
        ["list", "editions", *MAILS, *PEOPLE],
        ([one.slug, one.editions, *_mails(one.mails), *_people(one.people)] for one in found.lists),
    )


def _days(found: Numbers) -> str:
    return csv_text(
        ["day", *MAILS, *PEOPLE],
        ([one.day, *_mails(one.mails), *_people(one.people)] for one in found.days),
    )


FILES: Mapping[str, Callable[[Numbers], str]] = {
    "editions": _editions,
    "lists": _by_list,
    "days": _days,
}


def _mails(mails: Mails) -> list[int]:
    return [getattr(mails, name) for name in MAILS]


def _people(people: People) -> list[int | None]:
    return [people.subscribers, people.joined, people.gone]


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
