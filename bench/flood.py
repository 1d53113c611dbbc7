"""The pages in a flood while a campaign goes out: ``python -m bench.flood --seconds 60``.

PostgreSQL, Redis, a Celery worker, a beat, ``digest web``, the sink and what makes the flood share
the machine's cores. A campaign is throttled to 500 mails/s; its rate is taken for a while without
the flood, then with it. The flood is 300 requests/s, in turns a click on a counted link and RFC
8058's one-click POST. Meanwhile the other pages are asked 20 times a second: their p99 is to stay
below 300 ms, and the campaign within 10 % of its rate.
"""

import argparse
import asyncio
import multiprocessing
import os
from collections.abc import Callable
from statistics import quantiles
from time import monotonic, perf_counter, sleep
from typing import NamedTuple
from urllib.request import urlopen
from uuid import UUID

from bench.deliver.campaign import start, until_frozen
from bench.deliver.engine import sink
from bench.deliver.service import Service, service
from bench.one_click import BODY, a_readership, a_server
from digest.actions.throttles import set_campaign_rate
from digest.clock import utc_now
from digest.domain.counting import Counting, link_key
from digest.domain.states import DeliveryState
from digest.store.campaigns import counts
from digest.store.links import keep_links, sums_of
from digest.store.lists import find_list
from digest.tokens import Tokens
from tests.builders import a_branding, an_edition

CONNECTIONS = 16
LEAVERS = 3_000  # each presses the button several times
LINKS = [f"https://ledger.example/brief-{n}" for n in range(20)]
BROWSER = "Mozilla/5.0 (Linux; Android 14) Mobile Safari/%d"


class Ask(NamedTuple):
    """A request, and the status that is its due answer."""

    method: str
    path: str
    status: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--flood", type=int, default=300, help="requests/s")
    parser.add_argument("--mails", type=int, default=500, help="mails/s")
    given = parser.parse_args()
    print(f"load before: {os.getloadavg()[0]:.1f}", flush=True)
    with sink(pinned=False) as port, service(port) as running:
        tokens = a_readership(running.db, running.settings, LEAVERS)
        edition_id, clicks = counted_links(running)
        running.add_people("harbour", given.mails * (3 * given.seconds + 60))
        start(running, 2)
        home, url = running.folder, running.settings.database
        with a_server(home, url) as web:
            asks = [Ask("POST", f"/u/{token}", 200) for token in tokens]
            mixed = [ask for n, one in enumerate(asks) for ask in (one, clicks[n % len(clicks)])]
            rest = other_pages(running, edition_id, tokens[0])
            measure(running, given, web, mixed, rest)
        with running.db.read() as session:
            print(f"  clicks that were written: {sums_of(session, [edition_id])[edition_id][0]:,}")


def counted_links(running: Service) -> tuple[UUID, list[Ask]]:
    """An edition with links that are counted, and a click on each."""
    tokens = Tokens(running.settings.secret)
    with running.db.begin() as session:
        look = a_branding(counting=Counting.CLICKS)
        edition = an_edition(session, find_list(session, "daily"), branding=look)
        keep_links(session, edition.id, LINKS)
        edition_id = edition.id
    paths = [f"/l/{tokens.link(edition_id, link_key(url))}" for url in LINKS]
    return edition_id, [Ask("GET", path, 302) for path in paths]


def other_pages(running: Service, edition_id: UUID, token: str) -> list[str]:
    edition = Tokens(running.settings.secret).edition(edition_id)
    return ["/healthz", "/readyz", f"/p/{token}", f"/e/{edition}", "/desk/sign-in", "/join/daily"]


def measure(
    running: Service, given: argparse.Namespace, web: int, asks: list[Ask], rest: list[str]
) -> None:
    campaign_id = running.launch("harbour")
    until_frozen(running, campaign_id)
    rate = f"{given.mails}/s"
    set_campaign_rate(running.db, campaign_id, rate, now=utc_now(), actor="bench")
    sleep(10)  # until the first bursts are over
    alone = sent_while(running, campaign_id, lambda: watch(web, rest, given.seconds))
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        flood = pool.apply_async(press, (web, asks, given.flood, given.seconds))
        flooded = sent_while(running, campaign_id, lambda: watch(web, rest, given.seconds))
        answered, wrong, waits = flood.get()
    for name, (mails, seen) in (("alone", alone), ("in the flood", flooded)):
        print(f"  {name}: {mails:.0f} mails/s; the other pages {spread(seen)}")
    print(f"  the flood: {answered:.0f} requests/s, {wrong} answered wrongly, {spread(waits)}")
    print(f"  sends at {flooded[0] / alone[0]:.0%} of their rate; load {os.getloadavg()[0]:.1f}")


def sent_while(
    running: Service, campaign_id: UUID, act: Callable[[], list[float]]
) -> tuple[float, list[float]]:
    """Mails/s meanwhile, and what ``act`` gave."""
    before, began = _sent(running, campaign_id), monotonic()
    given = act()
    return (_sent(running, campaign_id) - before) / (monotonic() - began), given


def _sent(running: Service, campaign_id: UUID) -> int:
    with running.db.read() as session:
        return counts(session, campaign_id)[DeliveryState.SENT]


def watch(port: int, paths: list[str], seconds: float) -> list[float]:
    """Seconds that the pages took, one asked each 50 ms."""
    waits: list[float] = []
    began = perf_counter()
    for n in range(int(seconds * 20)):
        sleep(max(0.0, began + n / 20 - perf_counter()))
        at = perf_counter()
        with urlopen(f"http://127.0.0.1:{port}{paths[n % len(paths)]}", timeout=30) as answer:
            answer.read()
        waits.append(perf_counter() - at)
    return waits


def spread(waits: list[float]) -> str:
    cuts = quantiles(waits, n=100)
    return f"p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms"


def press(port: int, asks: list[Ask], rate: int, seconds: int) -> tuple[float, int, list[float]]:
    """Requests/s, how many had another answer than their due, and the seconds that each took."""
    return asyncio.run(_press(port, asks, rate, seconds))


async def _press(
    port: int, asks: list[Ask], rate: int, seconds: int
) -> tuple[float, int, list[float]]:
    waits: list[float] = []
    wrong = 0
    left = iter(range(rate * seconds))
    began = perf_counter()

    async def presser() -> None:
        nonlocal wrong
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for n in left:
            await asyncio.sleep(max(0.0, n / rate - (perf_counter() - began)))
            ask, at = asks[n % len(asks)], perf_counter()
            writer.write(_request(ask, n))
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            waits.append(perf_counter() - at)
            wrong += b" %d " % ask.status not in head.partition(b"\r\n")[0]
        writer.close()

    await asyncio.gather(*(presser() for _ in range(CONNECTIONS)))
    return len(waits) / (perf_counter() - began), wrong, waits


def _request(ask: Ask, n: int) -> bytes:
    body = BODY if ask.method == "POST" else b""
    return (
        f"{ask.method} {ask.path} HTTP/1.1\r\nHost: digest.example\r\n"
        f"User-Agent: {BROWSER % (n % 997)}\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    ).encode() + body


if __name__ == "__main__":
    main()
