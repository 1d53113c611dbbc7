"""Ten sites with a feed each, which publish as business time goes, and may be dead."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from tests.faults.stepped import SteppedClock
from tests.faults.week.timetable import (
    BEGAN,
    DAYS,
    HOURS,
    OTHER_TOPICS,
    QUIET_SOURCES,
    SITES,
    TOPICS,
)

EARLIER = 1  # days before the week of which a feed holds the items, too
STAYS = timedelta(days=2)  # in the feed


@dataclass(frozen=True)
class Item:
    """Something that a site publishes."""

    source: int
    number: int
    at: datetime
    topic: str

    @property
    def words(self) -> str:
        """Like no other's, so that no two items are taken for the same story."""
        name = f"{self.source}{self.number:03d}".translate(
            str.maketrans("0123456789", "bdfglmnprt")
        )
        return " ".join(f"{name}{letter}" for letter in "aeiouy" * 6)

    def as_rss(self, address: str) -> str:
        words = self.words.split()
        title = f"{self.topic} report {words[0]} from {words[1]} quay"
        points = "".join(f"<li>Point {n}: {self.words[n * 40 : n * 40 + 60]}.</li>" for n in (0, 1))
        body = f"<h2>Bottom Line Up Front</h2><ul>{points}</ul>"
        body += "".join(f"<p>Paragraph {n}. {self.words}.</p>" for n in range(4))
        return (
            f"<item><title>{title}</title><link>http://{address}/{self.number}</link>"
            f"<guid>{self.source}-{self.number}</guid><category>{self.topic}</category>"
            f"<pubDate>{format_datetime(self.at)}</pubDate>"
            f"<content:encoded><![CDATA[{body}]]></content:encoded></item>"
        )


def items_of(source: int) -> list[Item]:
    """All that a site publishes in the week, in order of time."""
    times = (
        BEGAN + timedelta(days=day, hours=hour, minutes=3 * source)
        for day in range(-EARLIER, DAYS)
        for hour in HOURS
    )
    quiet_from, quiet_until = QUIET_SOURCES.get(source, (BEGAN, BEGAN))
    return [
        Item(source, number, at, _topic(source, number, at))
        for number, at in enumerate(times)
        if not quiet_from <= at < quiet_until
    ]


def _topic(source: int, number: int, at: datetime) -> str:
    """For a day and a half there is nothing of the first topic anywhere."""
    since, until = OTHER_TOPICS
    topics = TOPICS[1:] if since <= at < until else TOPICS
    return topics[(source + number) % len(topics)]


class Newsroom:
    """All sites; open as a context. ``dead`` are those that answer 503."""

    def __init__(self, clock: SteppedClock) -> None:
        self._clock = clock
        self.dead: set[int] = set()
        self.requests = 0
        self._servers = [self._server(source, items_of(source)) for source in range(SITES)]

    def __enter__(self) -> Self:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    @property
    def addresses(self) -> list[str]:
        """Hosts and ports; a host of its own each, since hosts are asked one thing at a time."""
        return [f"{host}:{port}" for host, port in (one.server_address for one in self._servers)]

    def _server(self, source: int, items: Sequence[Item]) -> ThreadingHTTPServer:
        newsroom = self

        class Site(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                newsroom.requests += 1
                if source in newsroom.dead:
                    self.send_error(503)
                    return
                host, port = self.server.server_address[:2]
                body = newsroom.feed(items, f"{host}:{port}").encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/rss+xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing is said."""

        return ThreadingHTTPServer((f"127.0.0.{source + 2}", 0), Site)

    def feed(self, items: Sequence[Item], address: str) -> str:
        now = self._clock.now()
        shown = [one.as_rss(address) for one in items if now - STAYS < one.at <= now]
        return (
            '<?xml version="1.0"?><rss version="2.0" '
            'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
            f"<title>Site</title><link>http://{address}/</link>{''.join(shown)}</channel></rss>"
        )
