"""How fast people are imported: ``python -m bench.people --rows 1000000``.

A table of distinct people is imported into PostgreSQL as ``digest subscriber import`` does it,
in a process of its own, and once more, which changes nothing. At least 40,000 rows/s and at most
150 MB of memory (the peak of the process). Beside the rate stand the processor time of a row, here
and in PostgreSQL, and the ratio to the reference, which is taken before and after: ``csv.reader``
and one COPY into an unlogged table without an index.
"""

import argparse
import csv
import multiprocessing
import random
import resource
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from time import perf_counter, process_time
from typing import NamedTuple

import psutil
import psycopg

from bench.collect import postgresql
from digest.actions.import_subscribers import import_subscribers
from digest.actions.lists import Feed, create_list
from digest.actions.sources import create_source
from digest.domain.states import SourceKind, Stream
from digest.settings import load_settings
from digest.store import schema
from digest.store.engine import Database

NOW = datetime(2026, 3, 3, 6, 0, tzinfo=UTC)
SECTIONS = ("World", "Economy", "Climate")


class Round(NamedTuple):
    """One import."""

    seconds: float
    here: float  # seconds of processor time, as ``there``
    there: float
    peak: float  # MB
    counts: dict[str, int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, postgresql() as url:
        if url is None:
            print("PostgreSQL: not measured, its server is not installed")
            return
        path = Path(folder) / "people.csv"
        write_people(path, given.rows)
        print(f"{given.rows:,} rows, {path.stat().st_size / 1e6:.0f} MB")
        for name in ("first", "again"):
            before = copied(url, path)
            one = _in_a_process(url, folder, path, is_first=name == "first")
            reference = mean([before, copied(url, path)]) / given.rows
            a_row, here, there = (
                seconds / given.rows * 1e6 for seconds in (one.seconds, one.here, one.there)
            )
            print(
                f"{name:6} {1e6 / a_row:>9,.0f} rows/s ({one.seconds:.1f} s), {here:.1f} µs of "
                f"processor time a row here and {there:.1f} in PostgreSQL, "
                f"{reference * 1e6 / a_row:.2f} of a plain copy ({1 / reference:,.0f} rows/s), "
                f"peak {one.peak:.0f} MB, {one.counts}"
            )


def copied(url: str, path: Path) -> float:
    """The seconds that the reference takes."""
    with path.open(newline="") as file, psycopg.connect(url) as connection:
        connection.execute(
            "CREATE UNLOGGED TABLE plain (a text, b text, c text, d text, e text, f text)"
        )
        began = perf_counter()
        with connection.cursor().copy("COPY plain FROM STDIN") as copy:
            for row in csv.reader(file):
                copy.write_row(row)
        connection.execute("DROP TABLE plain")
        connection.commit()
    return perf_counter() - began


def write_people(path: Path, rows: int) -> None:
    """Distinct people with names, zones, hours and topics; one in a thousand is no address."""
    dice = random.Random(1)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("Email", "Name", "Topics", "Hour", "Timezone", "Company"))
        for n in range(rows):
            address = f"reader.{n}@mail{n % 500}.example" if n % 1000 else f"reader {n}"
            topics = "; ".join(dice.sample(SECTIONS, dice.randint(0, 2)))
            hour = dice.choice(("", "7", "8"))
            writer.writerow((address, f"Ana Serra {n}", topics, hour, "Europe/Lisbon", "Quay Ltd"))


def _in_a_process(url: str, folder: str, path: Path, *, is_first: bool) -> Round:
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_import, (url, folder, path, is_first))


def _import(url: str, folder: str, path: Path, is_first: bool) -> Round:
    settings = load_settings(home=folder, database_url=url)
    db = Database(settings.database)
    if is_first:
        schema.upgrade(db)
        create_source(
            db, settings, slug="ledger", url="https://ledger.example/feed", kind=SourceKind.FEED,
            name="The Ledger", now=NOW, actor="bench",
        )  # fmt: skip
        create_list(
            db,
            slug="daily",
            name="The Daily Brief",
            from_address="brief@news.example",
            postal_address="1 Quay Street, Port Amsel",
            feeds=[Feed("ledger")],
            cadences={Stream.EACH: "daily at 07:00"},
            timezone="Europe/London",
            options={"sections": SECTIONS},
            now=NOW,
            actor="bench",
        )
    with psycopg.connect(url) as connection:
        server = psutil.Process(connection.info.backend_pid).parent()
    here, there, began = process_time(), _processor_time(server), perf_counter()
    found = import_subscribers(db, settings, path, list_slug="daily", now=NOW, actor="bench")
    seconds = perf_counter() - began
    here, there = process_time() - here, _processor_time(server) - there
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    db.close()
    return Round(seconds, here, there, peak, {fate.value: n for fate, n in found.counts.items()})


def _processor_time(server: psutil.Process | None) -> float:
    """Seconds, of a server with its processes, those that have ended included."""
    assert server is not None
    own = server.cpu_times()
    times = [one.cpu_times() for one in server.children()]
    ended = own.children_user + own.children_system
    return ended + sum(one.user + one.system for one in (own, *times))


if __name__ == "__main__":
    main()
