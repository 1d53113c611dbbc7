"""How fast the desk answers: ``python -m bench.desk [--subscribers 100000] [--editions 400]``.

Makes a newsroom in PostgreSQL (100,000 subscribers, 5,000 briefs, 400 editions, 12 lists with a
draft each, two campaigns with all their deliveries), asks for each page of the desk's route table
many times, those of an edition for a sent one and for a draft, and prints the server time's median
and 95th percentile and how many queries it ran. Exits with 1 where a page is too slow.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import event, select

from bench.newsroom import a_newsroom
from digest.domain.role import Role
from digest.domain.states import EditionState
from digest.settings import Settings, load_settings
from digest.store import schema
from digest.store.accounts import Account
from digest.store.briefs import Brief
from digest.store.campaigns import Campaign
from digest.store.deliveries import Delivery
from digest.store.editions import Edition
from digest.store.engine import Database
from digest.store.lists import find_list
from digest.store.runs import Run
from digest.web.serve import make_ready
from tests.desk import desk_client, logged_in, pages_of
from tests.servers import Postgres

MOST_MS, MOST_PREVIEW_MS, MOST_QUERIES = 150, 300, 15


def main() -> None:
    options = _options()
    settings = load_settings(
        home=Path(tempfile.mkdtemp(prefix="bench-desk-")),
        secret_key="a key of thirty-two characters or more",
        suppression_key="a key of thirty-two characters, too",
        base_url="http://testserver",
    )
    server = Postgres()
    server.start()
    try:
        url = server.create_database("bench")
        db = Database(url)
        schema.upgrade(db)
        began = time.monotonic()
        a_newsroom(db, settings, options.subscribers, options.briefs, options.editions)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")  # as after a night: not while pages are asked for
        print(f"data made in {time.monotonic() - began:.0f} s")
        measure(db, settings, options.times)
        db.close()
    finally:
        server.remove()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("subscribers", 100_000), ("briefs", 5000), ("editions", 400)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--times", type=int, default=40, help="how often each page is asked for")
    return parser.parse_args()


def measure(db: Database, settings: Settings, times: int) -> None:
    """Ask for each page and print a line each; exits with 1 where one is too slow."""
    slow = []
    print(f"{'page':52} {'median':>8} {'p95':>8} {'queries':>8}   (ms, {times} times)")
    with desk_client(db, settings) as client:
        logged_in(client, Role.ADMIN)
        make_ready()
        for name, path in _pages(db):
            with counted(db) as queries:
                answer = client.get(path)
            if answer.status_code != 200:
                sys.exit(f"{path} answers {answer.status_code}")
            taken = sorted(_milliseconds(client, path) for _ in range(times))
            p95 = taken[int(len(taken) * 0.95)]
            print(f"{name:52} {statistics.median(taken):8.1f} {p95:8.1f} {len(queries):8}")
            most = MOST_PREVIEW_MS if "preview" in name else MOST_MS
            if p95 > most or len(queries) > MOST_QUERIES:
                slow.append(name)
    if slow:
        sys.exit("Too slow, or too many queries: " + ", ".join(slow))


def _pages(db: Database) -> Iterator[tuple[str, str]]:
    """Name and path of each page; those of an edition also for a draft."""
    ids = sample_ids(db)
    yield from pages_of(ids)
    with db.read() as session:
        is_draft = Edition.state == EditionState.DRAFT
        draft = str(session.scalars(select(Edition.id).where(is_draft).limit(1)).one())
    for pattern, path in pages_of({**ids, "edition_id": draft}):
        if "{edition_id}" in pattern:
            yield f"{pattern} (draft)", path


def _milliseconds(client: Any, path: str) -> float:
    began = time.perf_counter()
    client.get(path)
    return (time.perf_counter() - began) * 1000


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    """The statements that run within the block, but for those that begin and end transactions."""
    statements: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SELECT 1")):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def sample_ids(db: Database) -> Mapping[str, str]:
    """Something real for each parameter of a path: the newest."""
    with db.read() as session:

        def newest(row: Any) -> str:
            return str(session.scalars(select(row.id).order_by(row.id.desc()).limit(1)).one())

        delivery = session.scalars(select(Delivery).order_by(Delivery.id.desc()).limit(1)).one()
        campaign = session.get_one(Campaign, delivery.campaign_id)
        return {
            "list_slug": find_list(session, "daily").slug,
            "campaign_id": str(campaign.id),
            "edition_id": str(campaign.edition_id),
            "run_id": newest(Run),
            "delivery_id": str(delivery.id),
            "subscriber_id": str(delivery.subscriber_id),
            "brief_id": newest(Brief),
            "account_id": newest(Account),
            "name": "days",
        }


if __name__ == "__main__":
    main()
