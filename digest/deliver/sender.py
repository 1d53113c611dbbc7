"""A sender: one process works through a campaign for a while, over several relays and lines.

While the lines hand mail over, the books record what became of it and claim more, so that neither
waits for the other. What is claimed and not recorded when the process dies is in doubt: ``HELD``
rows at most.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import TypeVar

from digest.deliver.books import LEASE_SECONDS, Assignment, Books, Clock, Flag
from digest.deliver.held import WINDOW, Held
from digest.deliver.letters import Letters
from digest.deliver.route import Fleet, Route
from digest.domain.states import DeliveryState
from digest.settings import Settings
from digest.store.engine import StoreUnavailable

HELD = 100  # claimed or not yet recorded, at most: what a crash can put in doubt
WINDOW_SECONDS = 2.0  # no more is held than this much work at the present rate
FLUSH_SECONDS = 0.25  # no result waits longer than this to be recorded
RENEW_SECONDS = 10.0
LOOK_SECONDS = 1.0  # how often it is looked whether an operator has changed something

T = TypeVar("T")


@dataclass(slots=True)
class Report:
    """What a sender did. ``relay_error`` is why it stopped early: it had lost all its relays."""

    counts: dict[DeliveryState, int] = field(default_factory=dict)
    stale: int = 0  # results that came after the lease had gone to somebody else
    relay_error: str | None = None

    def add(self, state: DeliveryState) -> None:
        self.counts[state] = self.counts.get(state, 0) + 1


class Sender:
    """One process's work on one campaign."""

    def __init__(
        self,
        books: Books,
        settings: Settings,
        assignment: Assignment,
        fleet: Fleet,
        clock: Clock,
        stop: Flag,
    ) -> None:
        self._books = books
        self._stop = stop
        self._held = Held(clock, stop)
        letters = Letters(books, settings, assignment)
        self._routes = [
            Route(relay, self._held, letters, settings, assignment.doubt_policy, self._lose_route)
            for relay in fleet.relays
        ]
        self._marks = fleet.marks
        self._resting: list[Route] = []  # lost, and it is on the relay's row
        self._rate = float(WINDOW)
        self._measured_at = monotonic()
        self.report = Report()

    def work(self, seconds: float) -> Report:
        """Send until nothing is due, the time is up, all relays fail, or ``stop`` is set.

        ``StoreUnavailable`` where the database stays away: what was sent last is then in doubt.
        """
        try:
            asyncio.run(self._work(monotonic() + seconds))
        except* StoreUnavailable as group:
            raise group.exceptions[0] from None
        return self.report

    async def _work(self, end: float) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_books(end))
            for route in self._routes:
                for line in route.lines:
                    tasks.create_task(route.drive(line))

    async def _keep_books(self, end: float) -> None:
        renewed_at = looked_at = monotonic()
        with ThreadPoolExecutor(1, "books") as pool:
            while not (self._held.is_ending and not self._held.leases):
                self._held.news.clear()
                if monotonic() > end or self._stop.is_set():
                    self._held.begin_ending()
                if monotonic() - looked_at > LOOK_SECONDS:
                    looked_at = monotonic()
                    await self._look(pool)
                is_renewal_due = monotonic() - renewed_at > RENEW_SECONDS
                if is_renewal_due:
                    renewed_at = monotonic()
                await self._exchange(pool, renew=is_renewal_due)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._held.news.wait(), FLUSH_SECONDS)
            await self._note_relays(pool)
        self._held.begin_ending()

    async def _exchange(self, pool: ThreadPoolExecutor, *, renew: bool) -> None:
        held = self._held
        results, held.results = held.results, []
        want = self._room(len(results))
        if not (results or want or renew):
            return
        asked_at = monotonic()
        recorded_ids = {claimed.id for claimed, _ in results}
        kept = [id_ for id_ in held.leases if id_ not in recorded_ids] if renew else []
        done = await _in(pool, partial(self._books.exchange, results, want, kept))
        for id_ in kept:
            held.leases[id_] = asked_at + LEASE_SECONDS
        for claimed, outcome in results:
            held.drop(claimed)
            if claimed.id in done.recorded:
                self.report.add(outcome.state)
        self.report.stale += len(results) - len(done.recorded)
        self._measure(len(results))
        if want and not done.window and not held.leases:
            held.begin_ending()
        held.take_in(done.window, asked_at)
        await self._note_losses(pool)

    async def _look(self, pool: ThreadPoolExecutor) -> None:
        """A paused campaign ends the stint. So do relays that were added, changed or taken out of
        use: the next one goes by that."""
        if not await _in(pool, partial(self._books.goes_on, self._marks)):
            self._held.begin_ending()

    def _measure(self, n: int) -> None:
        """The present rate, in mails a second, smoothed."""
        now = monotonic()
        self._rate = 0.5 * self._rate + 0.5 * n / max(now - self._measured_at, 0.001)
        self._measured_at = now

    def _room(self, recorded: int) -> int:
        """How many to claim: a window, when there is room, and no more than one waits already."""
        if self._held.is_ending:
            return 0
        window = max(1, min(WINDOW, int(self._rate * WINDOW_SECONDS / 2)))
        has_room = len(self._held.leases) - recorded + window <= HELD
        return window if has_room and len(self._held.ready) <= window else 0

    def _lose_route(self) -> None:
        """Where a relay is lost, the others carry on; without any, the end has come."""
        errors = [route.error for route in self._routes]
        if all(errors):
            self.report.relay_error = errors[0]
            self._held.begin_ending()
        self._held.news.set()

    async def _note_losses(self, pool: ThreadPoolExecutor) -> None:
        """Let the others know at once, so that nobody tries a relay that is down."""
        for route in self._routes:
            if route.error is not None and route not in self._resting:
                self._resting.append(route)
                await _in(
                    pool,
                    partial(self._books.rest_relay, route.relay_id, route.error, route.has_served),
                )

    async def _note_relays(self, pool: ThreadPoolExecutor) -> None:
        """The breaker: a relay that failed rests, one that answered is well."""
        await self._note_losses(pool)
        well = [route.relay_id for route in self._routes if route.has_served and not route.error]
        if well:
            await _in(pool, partial(self._books.note_well, well))


def _in(pool: ThreadPoolExecutor, work: Callable[[], T]) -> asyncio.Future[T]:
    return asyncio.get_running_loop().run_in_executor(pool, work)
