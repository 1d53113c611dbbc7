"""Remembers each site's robots.txt for as long as RFC 9309, section 2.4, lets one."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from digest.clock import monotonic
from digest.domain.errors import DigestError, Permanent, Transient
from digest.fetch.response import Response
from digest.fetch.robots import MAX_SIZE, Robots, parse_robots
from digest.fetch.target import Target

PRODUCT = "bluf-digest"
GOOD_FOR = 86_400.0  # seconds
UNREACHABLE_FOR = 600.0
MAX_SITES = 1024

Read = Callable[[str], Response]
"""Fetches a robots.txt and gives its answer whatever the status; ``DigestError`` without one."""


@dataclass(frozen=True, slots=True)
class _Known:
    robots: Robots | None  # None: the site can't say now, so nothing may be fetched
    until: float  # monotonic


class RobotsCache:
    """Asks a site once a day what it allows."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._sites: dict[str, _Known] = {}
        self._lock = threading.Lock()

    def check(self, target: Target) -> None:
        """``Permanent`` where the site forbids this page, ``Transient`` where it can't say now."""
        site = f"{target.scheme}://{target.authority}"
        known = self._sites.get(site)
        if known is None or known.until < monotonic():
            known = self._ask(site)
            self._remember(site, known)
        if known.robots is None:
            raise Transient(f"{target.host} did not give its robots.txt; its pages must wait.")
        if not known.robots.allows(target.path):
            raise Permanent(f"{target.host} forbids {target.path[:100]} in its robots.txt.")

    def _remember(self, site: str, known: _Known) -> None:
        with self._lock:
            if len(self._sites) >= MAX_SITES:
                self._sites.clear()
            self._sites[site] = known

    def _ask(self, site: str) -> _Known:
        """Section 2.3.1: 4xx means there are no rules, 5xx or silence that all is forbidden."""
        try:
            answer = self._read(f"{site}/robots.txt")
        except Permanent:  # a redirect to nowhere, a body beyond all limits
            return _Known(Robots(), monotonic() + GOOD_FOR)
        except DigestError:
            return _Known(None, monotonic() + UNREACHABLE_FOR)
        if answer.status >= 500 or answer.status == 429:
            return _Known(None, monotonic() + UNREACHABLE_FOR)
        if answer.status >= 300:
            return _Known(Robots(), monotonic() + GOOD_FOR)
        text = answer.body[:MAX_SIZE].decode("utf-8-sig", "replace")
        return _Known(parse_robots(text, PRODUCT), monotonic() + GOOD_FOR)
