"""What a sender holds: deliveries to send, their leases, and results that wait to be recorded."""

import asyncio
import threading
from collections import deque
from collections.abc import Sequence
from time import monotonic
from uuid import UUID

from digest.deliver.books import LEASE_SECONDS, Clock, Entry
from digest.domain.delivery import Claimed, Outcome
from digest.domain.states import DeliveryState

WINDOW = 50  # claimed at once
MARGIN_SECONDS = 5.0  # no mail is begun when less of its lease is left


class Held:
    """Shared by the books and all lines of one sender, on one event loop."""

    def __init__(self, clock: Clock, stop: threading.Event) -> None:
        self.clock = clock
        self.stop = stop
        self.ready: deque[Claimed] = deque()
        self.results: list[Entry] = []
        self.leases: dict[UUID, float] = {}  # of all that is held: monotonic time of their end
        self.is_ending = False
        self.more = asyncio.Event()  # for the lines: there is mail to take, or the end has come
        self.news = asyncio.Event()  # for the books: there are results to record
        self._safe_until = 0.0  # until when the oldest lease is safe, with a margin

    def is_safe(self) -> bool:
        """Whether all leases last long enough to begin another mail."""
        return monotonic() < self._safe_until and not self.stop.is_set()

    def take_in(self, window: Sequence[Claimed], asked_at: float) -> None:
        """Hold what was claimed at ``asked_at`` (monotonic)."""
        for claimed in window:
            self.leases[claimed.id] = asked_at + LEASE_SECONDS
        self._safe_until = min(self.leases.values(), default=0.0) - MARGIN_SECONDS
        if window or self.ready:
            self.more.set()
        if self.is_ending:
            self.results += [(claimed, self._untried()) for claimed in window]
            return
        self.ready.extend(window)

    def put(self, claimed: Claimed, outcome: Outcome) -> None:
        """A result, to be recorded."""
        self.results.append((claimed, outcome))
        if len(self.results) >= WINDOW // 2 or len(self.results) == len(self.leases):
            self.news.set()

    def give_back(self, claimed: Claimed) -> None:
        """Not sent: for another line, or, at the end, for another sender."""
        if self.is_ending:
            self.put(claimed, self._untried())
        else:
            self.ready.append(claimed)
            self.more.set()

    def begin_ending(self) -> None:
        """No more is claimed, and what no line has taken goes back as it was."""
        self.is_ending = True
        self.results += [(claimed, self._untried()) for claimed in self.ready]
        self.ready.clear()
        self.more.set()
        self.news.set()

    def _untried(self) -> Outcome:
        return Outcome(DeliveryState.QUEUED, next_at=self.clock(), tried=False)
