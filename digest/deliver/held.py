"""What a sender holds: deliveries to send, their leases, and results that wait to be recorded."""

import asyncio
from collections import deque
from collections.abc import Sequence
from time import monotonic
from typing import NamedTuple
from uuid import UUID

from digest.deliver.books import LEASE_SECONDS, Clock, Entry, Flag
from digest.domain.delivery import Claimed, Outcome
from digest.domain.states import DeliveryState

HELD = 100  # claimed and not yet recorded, at most: what a crash can put in doubt
ENOUGH = 90  # results to be recorded at once: the few that are out by then keep the lines busy
MARGIN_SECONDS = 5.0  # no mail is begun when less of its lease is left
FRESH_SECONDS = 3.0  # what waits longer than this since its claim is given back and asked again


class Lease(NamedTuple):
    """When rows were claimed, and until when they are ours (both monotonic)."""

    claimed_at: float
    until: float


class Held:
    """Shared by the books and all lines of one sender, on one event loop."""

    def __init__(self, clock: Clock, stop: Flag) -> None:
        self.clock = clock
        self.stop = stop
        self.ready: deque[Claimed] = deque()
        self.results: list[Entry] = []
        self.leases: dict[UUID, Lease] = {}  # of all that is held
        self.is_ending = False
        self.more = asyncio.Event()  # for the lines: there is mail to take, or the end has come
        self.news = asyncio.Event()  # for the books: there are results to record
        self._safe_until = 0.0  # until when the oldest lease is safe, with a margin

    def is_safe(self) -> bool:
        """Whether all leases last long enough to begin another mail."""
        return monotonic() < self._safe_until and not self.stop.is_set()

    def is_fresh(self, claimed: Claimed) -> bool:
        """Whether what the claim asked (suppressed? left? paused?) may still be relied on."""
        return monotonic() - self.leases[claimed.id].claimed_at < FRESH_SECONDS

    def take_in(self, window: Sequence[Claimed], asked_at: float) -> None:
        """Hold what was claimed at ``asked_at`` (monotonic). What is held already came back, since
        its lease had ended: it is held once, with the new lease."""
        new = [claimed for claimed in window if claimed.id not in self.leases]
        lease = Lease(asked_at, asked_at + LEASE_SECONDS)
        self.leases.update((claimed.id, lease) for claimed in window)
        ends = (one.until for one in self.leases.values())
        self._safe_until = min(ends, default=0.0) - MARGIN_SECONDS
        if new or self.ready:
            self.more.set()
        if self.is_ending:
            self.results += [(claimed, self._untried()) for claimed in new]
            return
        self.ready.extend(new)

    def ids_but(self, results: Sequence[Entry]) -> list[UUID]:
        """Of all that is held, but for what is about to be dropped."""
        return list(self.leases.keys() - {claimed.id for claimed, _ in results})

    def renew(self, ids: Sequence[UUID], asked_at: float) -> None:
        """Their leases, as of ``asked_at`` (monotonic)."""
        for id_ in ids:
            self.leases[id_] = Lease(self.leases[id_].claimed_at, asked_at + LEASE_SECONDS)

    def drop(self, results: Sequence[Entry]) -> None:
        """They are recorded, or somebody else's."""
        for claimed, _ in results:
            del self.leases[claimed.id]

    def put(self, claimed: Claimed, outcome: Outcome) -> None:
        """A result, to be recorded."""
        self.results.append((claimed, outcome))
        if len(self.results) >= ENOUGH or len(self.results) == len(self.leases):
            self.news.set()

    def give_back(self, claimed: Claimed) -> None:
        """Not sent: for another line, or, at the end, for another sender."""
        if self.is_ending:
            self.put_back(claimed)
        else:
            self.ready.append(claimed)
            self.more.set()

    def put_back(self, claimed: Claimed) -> None:
        """Not sent: to be claimed anew, by whoever comes."""
        self.put(claimed, self._untried())

    def begin_ending(self) -> None:
        """No more is claimed, and what no line has taken goes back as it was."""
        self.is_ending = True
        self.results += [(claimed, self._untried()) for claimed in self.ready]
        self.ready.clear()
        self.more.set()
        self.news.set()

    def _untried(self) -> Outcome:
        return Outcome(DeliveryState.QUEUED, next_at=self.clock(), tried=False)
