"""Whether many deliveries stay workable in PostgreSQL while old ones are forgotten:
``python -m bench.keep [--per-day 10000] [--days 90]``.

Fills a ledger with a campaign a day, all sent; prints its size and how long a claim, a freeze and
pages of the desk take on it. Then deliveries are claimed and recorded as a sender does it, without
mail, by themselves and beside a process that forgets: at the beat's pace, and as fast as it goes.
In the end some days are forgotten, and as many written anew: the table must not grow by that.
"""

import argparse
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from multiprocessing.synchronize import Event
from statistics import mean, median
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from bench.deliver.results import keep
from bench.deliver.service import Service
from bench.ledger import REPLY, a_campaign_to, a_day, a_ledger, sizes, vacuum
from digest.actions.audit_campaign import audit_campaign
from digest.actions.follow_campaign import follow_campaign
from digest.actions.forget_old import forget_all, forget_old
from digest.actions.numbers import numbers
from digest.actions.show_subscriber import show_subscriber
from digest.clock import utc_now
from digest.domain.delivery import Outcome
from digest.domain.states import DeliveryState
from digest.settings import Settings, load_settings
from digest.store.campaigns import Campaign
from digest.store.claims import Claim
from digest.store.engine import Database
from digest.store.pages import deliveries_after
from tests.ledger import flush_outcomes

SLUG = "harbour"
RUNNING, RUNNING_PEOPLE = "quay", 500_000  # the list that is being sent to, and its readers
WINDOW = 50
SEND_SECONDS = 4.0  # with one of the beat's steps in them; it takes one in 10 s
AGAIN_DAYS = 5  # that are forgotten, and written anew


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
    freezes = [
        a_day(settings, db, SLUG, now - timedelta(days=age)) for age in range(days - 1, -1, -1)
    ]
    vacuum(settings)
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
    figures["sending"] = sending(settings, db, now)
    show(figures["sending"])
    figures["forgetting"] = forget_and_write_anew(settings, db, now)
    show(figures["forgetting"])
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


def sending(settings: Settings, db: Database, now: datetime) -> dict[str, Any]:
    """Deliveries that are claimed and recorded in a second: alone, beside a step of the beat's
    forgetting, and beside forgetting that never rests. They take turns."""
    campaign_id, _ = a_campaign_to(db, RUNNING, now)
    rates: dict[str, list[float]] = {"alone": [], "beside the beat": [], "without rest": []}
    claims: list[float] = []
    for _ in range(2):
        for name, found in rates.items():
            with forgetting(settings, now, name):
                found.append(send(db, campaign_id, now, claims))
    mean_of = {name: round(mean(each)) for name, each in rates.items()}
    return {
        "rows_per_second": mean_of,
        "claim_ms": round(median(claims) * 1000, 2),
        "ratio_beside_the_beat": round(mean_of["beside the beat"] / mean_of["alone"], 2),
        "ratio_without_rest": round(mean_of["without rest"] / mean_of["alone"], 2),
    }


def send(db: Database, campaign_id: UUID, now: datetime, claims: list[float]) -> float:
    """Claim windows of a campaign, and record them, without mail; gives rows a second."""
    outcome = Outcome(DeliveryState.SENT, reply=REPLY, sent_at=now)
    owner, n, began = uuid4(), 0, monotonic()
    while monotonic() - began < SEND_SECONDS:
        asked = monotonic()
        with db.begin() as session:
            window, _ = Claim(campaign_id, owner, now, WINDOW, 30.0).window(session)
        claims.append(monotonic() - asked)
        assert window, "the campaign is too small"
        with db.begin() as session:
            flush_outcomes(session, owner, [(one, outcome) for one in window])
        n += len(window)
    return n / (monotonic() - began)


@contextmanager
def forgetting(settings: Settings, now: datetime, pace: str) -> Iterator[None]:
    """Another process that forgets meanwhile what is older than 30 days."""
    if pace == "alone":
        yield
        return
    spawn = multiprocessing.get_context("spawn")
    ready, go = spawn.Event(), spawn.Event()
    args = (settings.database, now, pace == "without rest", ready, go)
    other = spawn.Process(target=_forget, args=args)
    other.start()
    ready.wait()
    go.set()
    try:
        yield
    finally:
        other.terminate()
        other.join()


def _forget(url: str, now: datetime, without_rest: bool, ready: Event, go: Event) -> None:
    settings, db = load_settings(database_url=url, delivery_days=30), Database(url)
    ready.set()
    go.wait()
    if without_rest:
        for _ in forget_all(db, settings, now):
            pass
    else:
        forget_old(db, settings, now)


def forget_and_write_anew(settings: Settings, db: Database, now: datetime) -> dict[str, Any]:
    """Forget some days, then write as many: what they left must have been enough."""
    vacuum(settings)
    rows, table, indexes = sizes(settings)
    with db.read() as session:
        left = session.query(Campaign).filter(Campaign.forgotten_at.is_(None))
        oldest = left.order_by(Campaign.finished_at).offset(AGAIN_DAYS).limit(1).one().finished_at
    assert oldest is not None
    days = 30
    then = oldest + timedelta(days=days)  # the days before that one are old by then
    shorter = settings.model_copy(update={"delivery_days": days})
    began = monotonic()
    gone = sum(n for kind, n in forget_all(db, shorter, then) if kind == "deliveries")
    seconds = monotonic() - began
    began = monotonic()
    vacuum(settings)
    vacuumed = monotonic() - began
    for n in range(AGAIN_DAYS):
        a_day(settings, db, SLUG, now + timedelta(days=n + 1))
    vacuum(settings)
    after = sizes(settings)
    return {
        "rows": gone,
        "rows_per_second": round(gone / seconds),
        "vacuum_seconds": round(vacuumed, 1),
        "rows_before_and_after": [rows, after[0]],
        "table_growth": round(after[1] / table, 3),
        "index_growth": round(after[2] / indexes, 3),
    }


def show(figures: dict[str, Any]) -> None:
    for name, found in figures.items():
        shown = f"{found:,}" if isinstance(found, int) else found
        print(f"  {name.replace('_', ' '):26} {shown}", flush=True)


if __name__ == "__main__":
    main()
