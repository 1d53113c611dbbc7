"""Numbers: charts of what was sent and what became of it, and the same as CSV."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from fastapi import Response

from digest.actions.numbers import Numbers, numbers
from digest.clock import utc_now, zone
from digest.domain.csv_cells import csv_text
from digest.domain.errors import NotFound
from digest.domain.states import FINAL_DELIVERY_STATES, OPEN_DELIVERY_STATES
from digest.store.lists import MailingList, lists_by_id
from digest.web.desk.charts import bars, line
from digest.web.desk.desk import AtDesk, Desk

SPANS = (7, 30, 90, 365)
MOST_DAYS = 731


def show_numbers(desk: AtDesk, days: int = 30, list: str = "") -> Response:  # noqa: A002 - as the address has it
    """GET /desk/numbers: the last ``days`` days, of one list or of all that the viewer may see."""
    found, until = _numbers(desk, days, list)
    labels = [f"{one.day.day} {one.day:%b}" for one in found.days]
    return desk.page(
        "desk/numbers.html",
        numbers=found,
        charts={
            "sent": bars(labels, [one.sent for one in found.days]),
            "failed": bars(labels, [one.failed for one in found.days]),
            "gone": bars(labels, [one.gone for one in found.days]),
            "subscribers": line(labels, [one.subscribers for one in found.days]),
        },
        lists=_lists(desk),
        chosen=list,
        days=days,
        spans=SPANS,
        until=until,
    )


def export_numbers(desk: AtDesk, name: str, days: int = 30, list: str = "") -> Response:  # noqa: A002 - likewise
    """GET /desk/numbers/{name}.csv: ``editions`` or ``days``."""
    found, until = _numbers(desk, days, list)
    if name == "editions":
        content = _editions(found)
    elif name == "days":
        content = _days(found)
    else:
        raise NotFound("There are editions.csv and days.csv.")
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
    head = ["list", "number", "subject", "began (UTC)", "roster", *FINAL_DELIVERY_STATES, "waiting"]
    return csv_text(
        head,
        (
            [
                one.slug,
                one.number,
                one.subject,
                _utc(one.began),
                one.roster,
                *(one.counts[state] for state in FINAL_DELIVERY_STATES),
                sum(one.counts[state] for state in OPEN_DELIVERY_STATES),
            ]
            for one in found.editions
        ),
    )


def _days(found: Numbers) -> str:
    return csv_text(
        ["day", "sent", "failed", "subscribers", "joined", "left"],
        (
            [one.day, one.sent, one.failed, one.subscribers, one.joined, one.gone]
            for one in found.days
        ),
    )


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
