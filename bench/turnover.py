"""Days of a ledger that is full: each day one is forgotten and one is written, and autovacuum makes
room by itself."""

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context
from statistics import median
from time import monotonic
from typing import Any

import psycopg

from bench.ledger import a_campaign_to, finish, send_windows, sizes
from digest.actions.forget_old import DELIVERIES, forget_old
from digest.settings import Settings, load_settings
from digest.store.engine import Database

VACUUM_SECONDS = 300.0  # at most, until what a day left is vacuumed

LINE = (
    "  day {day}: {forgotten:,} forgotten in {forgetting_seconds} s, {written:,} sent in "
    "{sending_seconds} s; {dead_rows:,} dead, {vacuums} vacuums; "
    "table {table_mb:,} MB, indexes {index_mb:,} MB"
)
STATISTICS = """
SELECT n_dead_tup, autovacuum_count, total_autovacuum_time / 1000,
    n_dead_tup > 50 + 0.02 * n_live_tup
        OR EXISTS (SELECT FROM pg_stat_progress_vacuum WHERE relid = 'delivery'::regclass)
FROM pg_stat_user_tables WHERE relname = 'delivery'
"""


@dataclass(frozen=True, slots=True)
class Vacuumed:
    """What PostgreSQL says of the ledger."""

    dead_rows: int
    times: int  # that autovacuum went over it
    seconds: float  # which that took in all
    is_due: bool  # 2 % of it is dead, or autovacuum is at it


def turn_over(
    settings: Settings, db: Database, slug: str, began: datetime, kept: int, days: int
) -> list[dict[str, Any]]:
    """Live ``days`` from ``began`` on, with deliveries kept for ``kept`` days; a line for each.

    A day's mails are claimed and recorded while another process forgets what is old without rest.
    """
    found = []
    with forgetter() as pool:
        for day in range(1, days + 1):
            line = _a_day(settings, db, slug, began + timedelta(days=day), kept, pool)
            found.append({"day": day} | line)
            print(LINE.format(**found[-1]), flush=True)
    return found


def _a_day(
    settings: Settings, db: Database, slug: str, at: datetime, kept: int, pool: ProcessPoolExecutor
) -> dict[str, Any]:
    before = vacuumed(settings)
    campaign_id, freeze = a_campaign_to(db, slug, at)
    forgetting = pool.submit(forget, settings.database, kept, at, 3600)
    began, took = monotonic(), list(send_windows(db, campaign_id, at))
    sending = monotonic() - began
    finish(db, campaign_id, at)
    gone, seconds = forgetting.result()
    left = vacuumed(settings)
    after = _wait_for_vacuum(settings)
    rows, table, indexes = sizes(settings)
    return {
        "written": sum(n for n, _ in took),
        "freeze_seconds": round(freeze, 1),
        "sending_seconds": round(sending, 1),
        "window_ms": round(median(each for _, each in took) * 1000, 2),
        "forgotten": gone,
        "forgetting_seconds": round(seconds, 1),
        "dead_rows": left.dead_rows,
        "dead_rows_at_the_end": after.dead_rows,
        "vacuums": after.times - before.times,
        "vacuum_seconds": round(after.seconds - before.seconds, 1),
        "rows": rows,
        "table_mb": round(table / 1e6),
        "index_mb": round(indexes / 1e6),
    }


def vacuumed(settings: Settings) -> Vacuumed:
    with psycopg.connect(settings.database) as connection:
        row = connection.execute(STATISTICS).fetchone()
    assert row is not None
    return Vacuumed(*row)


def _wait_for_vacuum(settings: Settings) -> Vacuumed:
    end = monotonic() + VACUUM_SECONDS
    while (found := vacuumed(settings)).is_due and monotonic() < end:
        time.sleep(1)
    return found


@contextmanager
def forgetter() -> Iterator[ProcessPoolExecutor]:
    """One other process, which is ready to ``forget``."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        pool.submit(time.monotonic).result()
        yield pool


def forget(url: str, kept: int, at: datetime, seconds: float) -> tuple[int, float]:
    """Forget deliveries that are older than ``kept`` days, without rest for so many seconds; gives
    how many they were, and how long it took."""
    settings, db = load_settings(database_url=url, delivery_days=kept), Database(url)
    began = monotonic()
    gone = forget_old(db, settings, at + timedelta(seconds=1), seconds=seconds)
    taken = monotonic() - began
    db.close()
    return gone.get(DELIVERIES, 0), taken
