"""Whether many deliveries stay workable in PostgreSQL while old ones are forgotten:
``python -m bench.keep [--per-day 10000] [--days 90]``.

Fills a ledger with a campaign a day, all sent; prints its size and how long a freeze and pages of
the desk take on it. Then some days go by, each of which forgets one and writes one while autovacuum
makes room: table and indexes must not grow by that. In the end deliveries are claimed and recorded
as a sender does it, without mail, by themselves and beside a process that forgets: at the beat's
pace, and as fast as it goes.
"""

import argparse
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from operator import truediv
from statistics import median, quantiles
from time import monotonic
from typing import Any

from bench.deliver.results import keep
from bench.deliver.service import Service
from bench.ledger import a_campaign_to, a_day, a_ledger, send_windows, sizes, vacuum
from bench.turnover import forget, forgetter, turn_over
from digest.actions.audit_campaign import audit_campaign
from digest.actions.follow_campaign import follow_campaign
from digest.actions.forget_old import BUDGET_SECONDS
from digest.actions.keep_up import EVERY_SECONDS
from digest.actions.numbers import numbers
from digest.actions.show_subscriber import show_subscriber
from digest.clock import utc_now
from digest.settings import Settings, load_settings
from digest.store.campaigns import Campaign
from digest.store.engine import Database
from digest.store.pages import deliveries_after

SLUG = "harbour"
RUNNING, RUNNING_PEOPLE = "quay", 800_000  # the list that is being sent to, and its readers
SEND_SECONDS = 5.0
ROUNDS = 5
PACES = {  # for how many of these seconds the other process forgets
    "alone": 0.0,
    "beside the beat": BUDGET_SECONDS * SEND_SECONDS / EVERY_SECONDS,
    "without rest": SEND_SECONDS,
}
TURNOVER_DAYS = 8
FOR_EVER = 0  # days that deliveries are kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--per-day", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=90)
    options = parser.parse_args()
    with a_ledger() as (settings, db):
        figures = measure(settings, db, options.per_day, options.days)
    keep("ledger", figures, of="keep")


def measure(settings: Settings, db: Database, per_day: int, days: int) -> dict[str, Any]:
    for slug, people in ((SLUG, per_day), (RUNNING, RUNNING_PEOPLE)):
        Service(settings, db, {}).add_people(slug, people)
    now = utc_now()
    began = monotonic()
    freezes = [
        a_day(settings, db, SLUG, now - timedelta(days=age)) for age in range(days - 1, -1, -1)
    ]
    vacuum(settings)
    print(f"  filled in {monotonic() - began:.0f} s", flush=True)
    rows, table, indexes = sizes(settings)
    figures: dict[str, Any] = {
        "per_day": per_day,
        "days": days,
        "rows": rows,
        "table_bytes": table,
        "index_bytes": indexes,
        "bytes_per_row": round((table + indexes) / rows),
        "freeze_rows_per_second": {
            "first_days": round(per_day / median(freezes[:5])),
            "last_days": round(per_day / median(freezes[-5:])),
        },
        "pages_ms": pages(db, per_day),
    }
    show(figures)
    figures["turnover"] = turn_over(settings, db, SLUG, now, days, TURNOVER_DAYS)
    last = now + timedelta(days=TURNOVER_DAYS)
    figures["sending"] = sending(settings, db, last, days)
    show(figures["sending"])
    return figures


def pages(db: Database, per_day: int) -> dict[str, float]:
    """The median time of what screens ask."""
    with db.read() as session:
        campaign = session.query(Campaign).order_by(Campaign.id.desc()).limit(1).one()
    now, reader = utc_now(), f"reader{per_day // 2}@{SLUG}-{per_day // 2 % 97}.example"

    def page_of_deliveries() -> None:
        with db.read() as session:
            deliveries_after(session, campaign.id, None, None, 100)

    asked: dict[str, Callable[[], Any]] = {
        "campaign": lambda: follow_campaign(db, campaign.id, now),
        "deliveries": page_of_deliveries,
        "person": lambda: show_subscriber(db, load_settings(), reader),
        "numbers": lambda: numbers(db, now.date() - timedelta(days=30), now.date()),
        "audit": lambda: audit_campaign(db, campaign.id, now),
    }
    return {name: milliseconds(ask) for name, ask in asked.items()}


def milliseconds(ask: Callable[[], Any], times: int = 7) -> float:
    taken = []
    for _ in range(times):
        began = monotonic()
        ask()
        taken.append(monotonic() - began)
    return round(median(taken) * 1000, 1)


def sending(settings: Settings, db: Database, now: datetime, kept: int) -> dict[str, Any]:
    """Deliveries that are claimed and recorded in a second: alone, beside the beat's share of
    forgetting, and beside forgetting that never rests. They take turns; ``ratio`` is the median of
    those to the one alone in the same turn."""
    campaign_id, _ = a_campaign_to(db, RUNNING, now)
    vacuum(settings)
    windows = send_windows(db, campaign_id, now)
    rates: dict[str, list[float]] = {name: [] for name in PACES}
    took: dict[str, list[float]] = {name: [] for name in PACES}
    with forgetter() as pool:
        for name, seconds in [*PACES.items()] * ROUNDS:
            # Half of the ledger is old then: more than is forgotten meanwhile.
            old = kept // 2 if seconds else FOR_EVER
            forgetting = pool.submit(forget, settings.database, old, now, seconds)
            rows, each = send(windows)
            rates[name].append(rows / sum(each))
            took[name] += each
            forgetting.result()
    return {
        name: {
            "rows_per_second": round(median(rates[name])),
            "window_ms": round(median(took[name]) * 1000, 2),
            "window_p99_ms": round(quantiles(took[name], n=100)[98] * 1000, 1),
            "ratio": round(median(map(truediv, rates[name], rates["alone"])), 2),
        }
        for name in PACES
    }


def send(windows: Iterator[tuple[int, float]]) -> tuple[int, list[float]]:
    """Some seconds of them: their rows, and how long each took."""
    rows, took, began = 0, list[float](), monotonic()
    while monotonic() - began < SEND_SECONDS:
        n, seconds = next(windows)  # there are more than can be sent
        rows += n
        took.append(seconds)
    return rows, took


def show(figures: dict[str, Any]) -> None:
    for name, found in figures.items():
        shown = f"{found:,}" if isinstance(found, int) else found
        print(f"  {name.replace('_', ' '):26} {shown}", flush=True)


if __name__ == "__main__":
    main()
