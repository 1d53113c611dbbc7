"""A web server on loopback that answers anything, and a fetcher that may talk to it."""

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from digest.fetch import Fetcher, Limits
from digest.settings import load_settings

Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


@dataclass
class Site:
    """What a path answers, and what was asked."""

    port: int = 0
    routes: dict[str, Answer] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str], float]] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.requests]

    def serve(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> None:
        """Answer ``path`` with this; header names with underscores."""

        def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        self.routes[path] = answer


@contextmanager
def serving() -> Iterator[Site]:
    """A site on a free port of loopback, until the end of the block."""
    found = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.requests.append((self.path, headers, time.monotonic()))
            answer = found.routes.get(self.path.partition("?")[0])
            self.close_connection = True
            try:
                if answer is None:
                    self.send_error(404)
                else:
                    answer(self)
            except OSError:
                pass  # the client hung up, as it should

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()


def make_fetcher(
    allow: str = "127.0.0.1/32", delay: float = 0.0, resolve=None, **limits: float
) -> Fetcher:
    settings = load_settings(
        fetch_allow=allow, fetch_delay=delay, base_url="https://digest.example"
    )
    extra = {"resolve": resolve} if resolve else {}
    return Fetcher(settings, limits=Limits(**{"total": 5.0, "read": 2.0, **limits}), **extra)
