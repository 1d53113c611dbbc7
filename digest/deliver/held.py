"""What a sender holds: deliveries to send, their leases, and results that wait to be recorded."""

import asyncio
from collections import deque
from collections.abc import Sequence
from time import monotonic
from uuid import UUID

from digest.deliver.books import LEASE_SECONDS, Clock, Entry, Flag
from digest.domain.delivery import Claimed, Outcome
from digest.domain.states import DeliveryState

WINDOW = 50  # claimed at once
MARGIN_SECONDS = 5.0  # no mail is begun when less of its lease is left
FRESH_SECONDS = 3.0  # what waits longer than this since its claim is given back and asked again


class Held:
    """Shared by the books and all lines of one sender, on one event loop."""

    def __init__(self, clock: Clock, stop: Flag) -> None:
        self.clock = clock
        self.stop = stop
        self.ready: deque[Claimed] = deque()
        self.results: list[Entry] = []
        self.leases: dict[UUID, float] = {}  # of all that is held: monotonic time of their end
        self.claimed_at: dict[UUID, float] = {}  # likewise: when it was claimed
        self.is_ending = False
        self.more = asyncio.Event()  # for the lines: there is mail to take, or the end has come
        self.news = asyncio.Event()  # for the books: there are results to record
        self._safe_until = 0.0  # until when the oldest lease is safe, with a margin

    def is_safe(self) -> bool:
        """Whether all leases last long enough to begin another mail."""
        return monotonic() < self._safe_until and not self.stop.is_set()

    def is_fresh(self, claimed: Claimed) -> bool:
        """Whether what the claim asked (suppressed? left? paused?) may still be relied on."""
        return monotonic() - self.claimed_at[claimed.id] < FRESH_SECONDS

    def take_in(self, window: Sequence[Claimed], asked_at: float) -> None:
        """Hold what was claimed at ``asked_at`` (monotonic). What is held already came back, since
        its lease had ended: it is held once, with the new lease."""
        new = [claimed for claimed in window if claimed.id not in self.leases]
        for claimed in window:
            self.leases[claimed.id] = asked_at + LEASE_SECONDS
            self.claimed_at[claimed.id] = asked_at
        self._safe_until = min(self.leases.values(), default=0.0) - MARGIN_SECONDS
        if new or self.ready:
            self.more.set()
        if self.is_ending:
            self.results += [(claimed, self._untried()) for claimed in new]
            return
        self.ready.extend(new)

    def drop(self, claimed: Claimed) -> None:
        """It is recorded, or somebody else's."""
        del self.leases[claimed.id], self.claimed_at[claimed.id]

    def put(self, claimed: Claimed, outcome: Outcome) -> None:
        """A result, to be recorded."""
        self.results.append((claimed, outcome))
        if len(self.results) >= WINDOW or len(self.results) == len(self.leases):
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
