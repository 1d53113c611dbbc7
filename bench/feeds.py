"""Invented feeds on many loopback addresses, served by a process of their own.

Linux answers on all of 127.0.0.0/8, so that each address is a host with a politeness queue of its
own; elsewhere 127.0.0.1 stands for all of them, with a port each.
"""

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from threading import Thread

HOSTS = 29

_TEXT = (
    "the harbour council of Varda grain tariff night pilots guild quay river barge freight winter "
    "rail corridor permit cable ferry dredging lock toll survey budget crane storm contract union "
    "spring ministry bridge terminal cargo convoy lighthouse customs insurance delta"
)
_WORDS = _TEXT.split()


@contextmanager
def serving(feeds: int, items: int) -> Iterator[list[str]]:
    """The addresses of that many feeds, spread over ``HOSTS`` hosts, while the block lasts."""
    ours, theirs = Pipe()
    process = Process(target=_serve, args=(theirs, feeds, items), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def feed(number: int, items: int) -> bytes:
    """An RSS feed of whole briefs, the same for the same number."""
    dice = random.Random(number)
    parts = "".join(_item(dice, number, place) for place in range(items))
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Wire {number}</title><language>en</language>{parts}</channel></rss>"
    ).encode()


def _item(dice: random.Random, feed_number: int, place: int) -> str:
    title = _sentence(dice, 9).rstrip(".")
    bullets = "".join(f"<li>{_sentence(dice, 14)}</li>" for _ in range(4))
    body = "".join(f"<p>{' '.join(_sentence(dice, 18) for _ in range(4))}</p>" for _ in range(6))
    related = "".join(f"<li><a href='/other/{n}'>{_sentence(dice, 7)}</a></li>" for n in range(3))
    whole = (
        f"<h2>Bottom Line Up Front</h2><ul>{bullets}</ul>{body}"
        f"<h2>Related stories</h2><ul>{related}</ul>"
    )
    return (
        f"<item><title>{title}</title><link>/wire-{feed_number}/{place}?utm_source=rss</link>"
        f"<guid isPermaLink='false'>wire-{feed_number}-{place}</guid>"
        f"<pubDate>Mon, 02 Mar 2026 {place:02}:15:00 GMT</pubDate><category>Ports</category>"
        f"<description>{_sentence(dice, 20)}</description>"
        f"<content:encoded><![CDATA[{whole}]]></content:encoded></item>"
    )


def _sentence(dice: random.Random, words: int) -> str:
    return " ".join(dice.choices(_WORDS, k=words)).capitalize() + "."


def _serve(pipe: Connection, feeds: int, items: int) -> None:
    bodies = {f"/wire-{number}": feed(number, items) for number in range(feeds)}
    etags = {path: f'"{sha256(body).hexdigest()[:16]}"' for path, body in bodies.items()}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body, etag = bodies[self.path], etags[self.path]
            is_known = self.headers["If-None-Match"] == etag
            self.send_response(304 if is_known else 200)
            self.send_header("ETag", etag)
            self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if not is_known:
                self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    servers = [ThreadingHTTPServer((_address(n), 0), Handler) for n in range(HOSTS)]
    for server in servers:
        Thread(target=server.serve_forever, daemon=True).start()
    hosts = ["{}:{}".format(*server.server_address) for server in servers]
    pipe.send([f"http://{hosts[at % HOSTS]}{path}" for at, path in enumerate(bodies)])
    pipe.recv()  # until this process is ended


def _address(number: int) -> str:
    return f"127.0.0.{number + 2}" if sys.platform.startswith("linux") else "127.0.0.1"
