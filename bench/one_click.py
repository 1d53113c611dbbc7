"""How fast people leave by one click: ``python -m bench.one_click --people 20000``.

As many people as asked are on a list in PostgreSQL; ``digest web`` serves the pages in a process of
its own, and another posts RFC 8058's form for each of them once, over several connections. At least
500 requests/s with a p99 of 50 ms at most (nothing else running). ``--rate`` posts no faster than
that many a second, which is what a burst looks like to whoever waits in it.
"""

import argparse
import asyncio
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from urllib.request import urlopen

from sqlalchemy import func, select

from bench.collect import postgresql
from digest.domain.states import SubscriptionState
from digest.settings import Settings, load_settings
from digest.store import schema
from digest.store.engine import Database
from digest.store.subscribers import Subscriber, Subscription
from digest.tokens import Tokens
from tests.builders import a_list, many_subscribers
from tests.servers import free_port, wait_until

BODY = b"List-Unsubscribe=One-Click"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rate", type=int, default=0, help="requests/s; 0: as many as it takes")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, postgresql() as url:
        if url is None:
            print("PostgreSQL: not measured, its server is not installed")
            return
        settings = load_settings(home=folder, database_url=url)
        db = Database(settings.database)
        tokens = a_readership(db, settings, given.people)
        with (
            a_server(Path(folder), url) as port,
            multiprocessing.get_context("spawn").Pool(1) as pool,
        ):
            seconds, waits, wrong = pool.apply(press, (port, tokens, given.connections, given.rate))
        with db.read() as session:
            left = select(func.count()).where(Subscription.state == SubscriptionState.UNSUBSCRIBED)
            gone = session.scalar(left)
        db.close()
    cuts = quantiles(waits, n=1000)
    print(
        f"{len(waits) / seconds:,.0f} requests/s over {given.connections} connections; "
        f"p50 {cuts[499] * 1000:.1f} ms, p99 {cuts[989] * 1000:.1f} ms; {wrong} not answered with "
        f"200; {gone:,} of {given.people:,} have left"
    )


def a_readership(db: Database, settings: Settings, people: int) -> list[str]:
    """The people, and a token for each."""
    schema.upgrade(db)
    with db.begin() as session:
        daily = a_list(session)
        addresses = [f"reader{n}@post.example" for n in range(people)]
        many_subscribers(session, settings, addresses, daily)
        list_id = daily.id
        ids = list(session.scalars(select(Subscriber.id)))
    return [Tokens(settings.secret).subscription(id_, list_id) for id_ in ids]


@contextmanager
def a_server(home: Path, url: str) -> Iterator[int]:
    """``digest web`` in a process of its own; gives its port."""
    port = free_port()
    command = [sys.executable, "-m", "digest", "web", "--port", str(port)]
    given = {"DIGEST_HOME": str(home), "DIGEST_DATABASE_URL": url, "DIGEST_LOG_LEVEL": "WARNING"}
    web = subprocess.Popen(command, env={**os.environ, **given}, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: _answers(port), "the pages", 60)
        yield port
    finally:
        web.terminate()
        web.wait()


def _answers(port: int) -> bool:
    try:
        return urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).status == 200
    except OSError:
        return False


def press(
    port: int, tokens: list[str], connections: int, rate: int
) -> tuple[float, list[float], int]:
    """The seconds that all took, those that each took, and how many were not answered with 200."""
    return asyncio.run(_press(port, tokens, connections, rate))


async def _press(
    port: int, tokens: list[str], connections: int, rate: int
) -> tuple[float, list[float], int]:
    waits: list[float] = []
    wrong = 0
    left = iter(enumerate(tokens))
    began = perf_counter()

    async def presser() -> None:
        nonlocal wrong
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for n, token in left:
            if rate and (early := n / rate - (perf_counter() - began)) > 0:
                await asyncio.sleep(early)
            at = perf_counter()
            writer.write(
                b"POST /u/%b HTTP/1.1\r\nHost: digest.example\r\nContent-Length: %d\r\n"
                b"Content-Type: application/x-www-form-urlencoded\r\n\r\n%b"
                % (token.encode(), len(BODY), BODY)
            )
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            waits.append(perf_counter() - at)
            wrong += b" 200 " not in head.partition(b"\r\n")[0]
        writer.close()

    await asyncio.gather(*(presser() for _ in range(connections)))
    return perf_counter() - began, waits, wrong


if __name__ == "__main__":
    main()
