"""How fast people are imported: ``python -m bench.people --rows 1000000``.

A table of distinct people is imported into PostgreSQL as ``digest subscriber import`` does it,
in a process of its own, and once more, which changes nothing. At least 40,000 rows/s and at most
150 MB of memory (the peak of the process).
"""

import argparse
import csv
import multiprocessing
import random
import resource
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

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
            seconds, peak, counts = _in_a_process(url, folder, path, is_first=name == "first")
            print(
                f"{name:6} {given.rows / seconds:>9,.0f} rows/s ({seconds:.1f} s), "
                f"peak {peak:.0f} MB, {counts}"
            )


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


def _in_a_process(
    url: str, folder: str, path: Path, *, is_first: bool
) -> tuple[float, float, dict[str, int]]:
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_import, (url, folder, path, is_first))


def _import(
    url: str, folder: str, path: Path, is_first: bool
) -> tuple[float, float, dict[str, int]]:
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
    began = perf_counter()
    found = import_subscribers(db, settings, path, list_slug="daily", now=NOW, actor="bench")
    seconds = perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    db.close()
    return seconds, peak, {fate.value: n for fate, n in found.counts.items()}


if __name__ == "__main__":
    main()
