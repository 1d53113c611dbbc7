"""HTTP for one site on loopback: conditional GET, HEAD, and a count of what was answered."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from email.message import Message
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from digest.demo.newsroom.reply import Reply

Answer = Callable[[str, Mapping[str, str]], Reply | None]

NOT_FOUND = Reply(b"There is no such page.\n", "text/plain; charset=utf-8", status=404)
IDLE_SECONDS = 5  # a connection that is kept alive and not used


class SiteServer:
    """Serves ``answer(path, query)`` on 127.0.0.1, a thread a connection, until closed."""

    def __init__(self, port: int = 0) -> None:
        """``port`` 0 takes a free one; nothing is answered before ``start``."""
        self._http = _Server(("127.0.0.1", port), _Handler)
        self._thread = Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def base_url(self) -> str:
        """The site's address without a final slash."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def statuses(self) -> Counter[int]:
        """How many answers of each HTTP status were given so far."""
        with self._http.lock:
            return Counter(self._http.statuses)

    def start(self, answer: Answer) -> None:
        """Begin to answer."""
        self._http.answer = answer
        self._thread.start()

    def close(self) -> None:
        """Stop listening; a second call does nothing."""
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join()
        self._http.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.answer: Answer = lambda _path, _query: None
        self.statuses: Counter[int] = Counter()
        self.lock = Lock()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "SampleNewsroom"
    sys_version = ""
    timeout = IDLE_SECONDS
    wbufsize = -1  # head and body in one write
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._send(with_body=True)

    def do_HEAD(self) -> None:
        self._send(with_body=False)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Silent: the demo prints its own account."""

    def _send(self, *, with_body: bool) -> None:
        target = urlsplit(self.path)
        reply = self.server.answer(target.path, dict(parse_qsl(target.query, True))) or NOT_FOUND
        is_unchanged = reply.status == 200 and _is_unchanged(reply, self.headers)
        status = 304 if is_unchanged else reply.status
        with self.server.lock:
            self.server.statuses[status] += 1
        self.send_response(status)
        self._send_headers(reply, is_unchanged)
        if with_body and not is_unchanged:
            self.wfile.write(reply.body)

    def _send_headers(self, reply: Reply, is_unchanged: bool) -> None:
        if reply.status == 200:
            self.send_header("ETag", reply.etag)
            self.send_header("Cache-Control", "no-cache")
            if reply.modified is not None:
                self.send_header("Last-Modified", format_datetime(reply.modified, usegmt=True))
        if not is_unchanged:
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
            for name, value in reply.headers:
                self.send_header(name, value)
        self.end_headers()


def _is_unchanged(reply: Reply, headers: Message) -> bool:
    """RFC 9110, section 13.2.2: the entity tag decides where the client sent one."""
    tags = headers.get("If-None-Match")
    if tags is not None:
        return tags.strip() == "*" or reply.etag in [_strong(tag) for tag in tags.split(",")]
    since = _date(headers.get("If-Modified-Since"))
    return since is not None and reply.modified is not None and reply.modified <= since


def _strong(tag: str) -> str:
    return tag.strip().removeprefix("W/")


def _date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
