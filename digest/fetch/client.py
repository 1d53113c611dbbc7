"""The guarded HTTP client: polite to the servers, and suspicious of all that they say."""

import ssl
from functools import cached_property
from http import HTTPStatus

import httpcore
import httpx

from digest import __version__
from digest.clock import monotonic
from digest.domain.errors import DigestError, Permanent, Transient
from digest.fetch.addresses import Resolver, checked_addresses, system_resolver
from digest.fetch.body import ACCEPTED_ENCODINGS, read_body
from digest.fetch.limits import Limits
from digest.fetch.pinned import Deadline, PinnedBackend
from digest.fetch.polite import Queue
from digest.fetch.redirects import explained, next_hop
from digest.fetch.response import Response, response_of
from digest.fetch.retry_after import retry_after
from digest.fetch.robots_cache import PRODUCT, RobotsCache
from digest.fetch.target import DEFAULT_PORTS, Target, parse_target
from digest.settings import Settings

ANYTHING = "*/*"
LATER = frozenset({408, 425, 429})  # and everything from 500


class Fetcher:
    """Gets documents from the public internet; safe to share between threads.

    Make one for a whole collection: it is what knows when each host was asked last, which one
    wants to be left alone, and what their robots.txt say. Environment proxies are ignored,
    cookies are not kept, and every request has a connection of its own, so that a checked address
    is never used for another name.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        limits: Limits | None = None,
        resolve: Resolver = system_resolver,
    ) -> None:
        self._limits = limits or Limits()
        self._allowed = settings.networks_allowed
        self._resolve = resolve
        self._queue = Queue(settings.fetch_delay, self._limits.queue)
        self._robots = RobotsCache(self._read_robots)
        self._agent = f"{PRODUCT}/{__version__} (+{settings.public_url})"

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return httpx.create_ssl_context()

    def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str = ANYTHING,
        robots: bool = False,
    ) -> Response:
        """The document at ``url`` (status 200 to 299), or ``not_modified`` where the server says
        that it is still the one with ``etag`` or ``last_modified``.

        ``robots``: ask the site's robots.txt first. ``Transient`` (with ``retry_after`` in seconds
        where the server named a time) or ``Permanent`` say in one sentence what went wrong.
        """
        headers = {"accept": accept}
        if etag:
            headers["if-none-match"] = etag
        if last_modified:
            headers["if-modified-since"] = last_modified
        response = self._follow(url, headers, robots=robots)
        if not 200 <= response.status < 300 and response.status != HTTPStatus.NOT_MODIFIED:
            raise self._refusal(response)
        return response

    def probe(self, url: str) -> None:
        """Return where ``url`` answers with a page; its body is not read. Errors as of ``get``."""
        response = self._follow(url, {"accept": ANYTHING}, robots=False, reads_body=False)
        if not 200 <= response.status < 300:
            raise self._refusal(response)

    def post(self, url: str, content: bytes, content_type: str) -> None:
        """Hand ``content`` to a server that answers 200 to 299; redirects are not followed.

        ``Transient`` or ``Permanent`` say in one sentence what went wrong.
        """
        target = parse_target(url)
        headers = {"content-type": content_type, "content-length": str(len(content))}
        with self._queue.turn(_queue_name(target)):
            message = self._message(target, headers, content)
            deadline = Deadline(self._limits.total)
            response = self._exchange(target, message, deadline, reads_body=False)
        if not 200 <= response.status < 300:
            raise self._refusal(response)

    def _read_robots(self, url: str) -> Response:
        return self._follow(url, {"accept": "text/plain"}, robots=False)

    def _follow(
        self, url: str, headers: dict[str, str], *, robots: bool, reads_body: bool = True
    ) -> Response:
        asked = target = parse_target(url)
        left = self._limits.total  # waiting for our turn has a limit of its own
        for _ in range(self._limits.redirects + 1):
            with explained(asked, target):
                if robots:
                    self._robots.check(target)
                with self._queue.turn(_queue_name(target)):
                    started = monotonic()
                    message = self._message(target, headers)
                    response = self._exchange(target, message, Deadline(left), reads_body)
                    left -= monotonic() - started
                following = next_hop(target, response)
            if following is None:
                return response
            target = parse_target(following)
        raise Permanent(f"{asked.host} redirects more than {self._limits.redirects} times.")

    def _exchange(
        self, target: Target, message: httpcore.Request, deadline: Deadline, reads_body: bool
    ) -> Response:
        try:
            addresses = checked_addresses(
                target, self._resolve, self._allowed, deadline.left(self._limits.total)
            )
            return self._request(target, message, PinnedBackend(addresses, deadline), reads_body)
        except httpcore.ConnectTimeout:
            raise Transient(f"{target.host} could not be reached in time.") from None
        except httpcore.TimeoutException:
            raise Transient(
                f"{target.host} did not finish its answer in time ({self._limits.total:g} s in "
                f"all, {self._limits.read:g} s of silence at most)."
            ) from None
        except httpcore.ConnectError as error:
            raise Transient(f"{target.host} could not be reached ({_reason(error)}).") from None
        except (httpcore.NetworkError, httpcore.ProtocolError):
            raise Transient(f"{target.host} broke off or did not speak HTTP.") from None

    def _request(
        self, target: Target, message: httpcore.Request, backend: PinnedBackend, reads_body: bool
    ) -> Response:
        connection = httpcore.HTTPConnection(
            httpcore.Origin(target.scheme.encode(), target.host.encode(), target.port),
            ssl_context=self._tls if target.scheme == "https" else None,
            network_backend=backend,
        )
        try:
            answer = connection.handle_request(message)
            known = _headers(answer)
            body = b""
            if reads_body and 200 <= answer.status < 300:
                body = read_body(
                    answer.iter_stream(), known, limit=self._limits.body, host=target.host
                )
            return response_of(target.url, answer.status, known, body)
        finally:
            connection.close()

    def _message(
        self, target: Target, headers: dict[str, str], content: bytes | None = None
    ) -> httpcore.Request:
        """A GET, or a POST where there is something to hand over."""
        everything = {
            "host": target.authority,
            "user-agent": self._agent,
            "accept-encoding": ACCEPTED_ENCODINGS,
            "connection": "close",
            **headers,
        }
        return httpcore.Request(
            "GET" if content is None else "POST",
            httpcore.URL(
                scheme=target.scheme,
                host=target.host,
                port=target.port,
                target=target.path,
            ),
            headers=list(everything.items()),
            content=content,
            extensions={
                "timeout": {
                    "connect": self._limits.connect,
                    "read": self._limits.read,
                    "write": self._limits.read,
                }
            },
        )

    def _refusal(self, response: Response) -> DigestError:
        target = parse_target(response.url)
        said = f"{target.host} answered {response.status} ({_phrase(response.status)})"
        if response.status >= 500 or response.status in LATER:
            wait = retry_after(response.headers)
            if wait:
                self._queue.hold(_queue_name(target), wait)
            return Transient(f"{said}; it is tried again later.", retry_after=wait)
        return Permanent(f"{said} for {target.path[:100]}; check the address.")


def _queue_name(target: Target) -> str:
    """One queue per host; servers on other ports (of development) are hosts of their own."""
    return target.host if target.port in DEFAULT_PORTS.values() else target.authority


def _headers(answer: httpcore.Response) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw_name, raw_value in answer.headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "a status that does not exist"


def _reason(error: httpcore.ConnectError) -> str:
    text = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "its certificate is not valid"
    if "SSL" in text or "TLS" in text:
        return "no secure connection"
    return text.partition("] ")[2].lower() or "no connection"
