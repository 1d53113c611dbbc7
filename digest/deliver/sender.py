"""A sender: one process works through a campaign for a while, over several relays and lines.

While the lines hand mail over, the books record what became of it and claim more, so that neither
waits for the other. What is claimed and not recorded when the process dies is in doubt: ``HELD``
rows at most.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import TypeVar

import uvloop

from digest.deliver.books import Assignment, Books, ClaimLimits, Clock, Entry, Flag
from digest.deliver.commons import Commons
from digest.deliver.evidence import Evidence, count_replies
from digest.deliver.held import HELD, Held
from digest.deliver.letters import Letters
from digest.deliver.meter import count_results, count_seconds
from digest.deliver.purse import Purse
from digest.deliver.route import Fleet, Route
from digest.domain.quiet_hours import Quiet
from digest.domain.rate import Key, Scope
from digest.domain.reply_window import Block, ReplyWindow
from digest.domain.states import DeliveryState
from digest.settings import Settings
from digest.store.engine import StoreUnavailable

MOST_SECONDS = 2.0  # no more is held than this much work at the present rate
FLUSH_SECONDS = 0.25  # no result waits longer than this to be recorded
RENEW_SECONDS = 10.0
MOST_IDLE_SECONDS = 2.0
SHORTEST_PAUSE = 0.02
LOOK_SECONDS = 1.0  # how often it is looked whether an operator has changed something

T = TypeVar("T")


@dataclass(slots=True)
class Report:
    """What a sender did. ``relay_error`` is why it stopped early: it had lost all its relays."""

    counts: Counter[DeliveryState] = field(default_factory=Counter)
    stale: int = 0  # results that came after the lease had gone to somebody else
    relay_error: str | None = None


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
        self._commons = Commons(books, assignment, fleet)
        self._purse = Purse()
        self._evidence = Evidence()
        self._replies = ReplyWindow()  # that the campaign's window has not got yet
        letters, policy = Letters(books, settings, assignment), assignment.doubt_policy
        self._campaign: Key = (Scope.CAMPAIGN, str(assignment.campaign_id))
        self._routes = [
            Route(
                relay,
                self._held,
                self._purse,
                letters,
                settings,
                policy,
                self._campaign,
                self._lose_route,
            )
            for relay in fleet.relays
        ]
        self._marks = fleet.marks
        self._quiet: Quiet | None = None
        self._claim_from = 0.0  # monotonic; nothing is due before
        self._idle_since: float | None = None
        self._resting: list[Route] = []  # lost, and it is on the relay's row
        self._rate = float(HELD)
        self._measured_at = monotonic()
        self.report = Report()

    def work(self, seconds: float) -> Report:
        """Send until nothing is due, the time is up, all relays fail, or ``stop`` is set.

        ``StoreUnavailable`` where the database stays away: what was sent last is then in doubt.
        """
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(self._work(monotonic() + seconds))
        except* StoreUnavailable as group:
            raise group.exceptions[0] from None
        self._commons.release_connections()
        return self.report

    async def _work(self, end: float) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_books(end))
            for route in self._routes:
                for line in route.lines:
                    tasks.create_task(route.drive(line))

    async def _keep_books(self, end: float) -> None:
        held = self._held
        renewed_at, looked_at = monotonic(), -math.inf
        with ThreadPoolExecutor(1, "books") as pool:
            while not (held.is_ending and not held.leases):
                held.news.clear()
                if monotonic() > end or self._stop.is_set():
                    held.begin_ending()
                if monotonic() - looked_at > LOOK_SECONDS:
                    looked_at = monotonic()
                    await self._look(pool)
                await self._take_tokens(pool)
                is_renewal_due = monotonic() - renewed_at > RENEW_SECONDS
                if is_renewal_due:
                    renewed_at = monotonic()
                await self._exchange(pool, renew=is_renewal_due)
                await self._wait_for_news()
            await self._close_books(pool)
        held.begin_ending()

    async def _wait_for_news(self) -> None:
        """Not longer than results may wait, tokens take to come, or rows to be due."""
        seconds = FLUSH_SECONDS
        tokens_in = None if self._held.is_ending else self._purse.wait(self._keys())
        if tokens_in is not None:
            seconds = min(seconds, tokens_in + 0.001)
        if self._idle_since is not None:
            seconds = min(seconds, max(SHORTEST_PAUSE, self._claim_from - monotonic()))
        with suppress(TimeoutError):
            await asyncio.wait_for(self._held.news.wait(), seconds)

    async def _look(self, pool: ThreadPoolExecutor) -> None:
        """A paused campaign ends the stint, and so do quiet hours of the list, and relays that were
        added, changed or taken out of use: the next one goes by that."""
        look = await _in(pool, self._commons.look)
        self._purse.learn(look.limits)
        self._quiet = look.quiet
        if look.quiet is not None and (until := look.quiet.list_until):
            self._held.begin_ending()
            await _in(pool, partial(self._commons.hold, until))
        if not look.is_sending or look.marks != self._marks:
            self._held.begin_ending()
        if self._replies.blocks:
            await self._note_replies(pool)

    async def _take_tokens(self, pool: ThreadPoolExecutor) -> None:
        keys = self._purse.asks(self._keys())
        if keys and not self._held.is_ending:
            self._purse.put(await _in(pool, partial(self._commons.take_tokens, keys)))
            self._held.more.set()

    def _keys(self) -> list[Key]:
        """Whose tokens every mail needs, or one of them."""
        return [self._campaign, *self._live_relays()]

    def _live_relays(self) -> list[Key]:
        return [route.key for route in self._routes if route.error is None]

    async def _exchange(self, pool: ThreadPoolExecutor, *, renew: bool) -> None:
        held = self._held
        results, held.results = held.results, []
        replies = count_replies(results)
        want = 0 if replies.about_us else self._room(len(results))  # not before that is weighed
        if not (results or want or renew):
            pause = self._claim_from - monotonic()
            self._end_if_idle(pause if pause > 0 else self._purse.wait(self._keys()))
            return
        asked_at = monotonic()
        kept = held.ids_but(results) if renew else []
        pace = self._purse if self._purse.concerns_domains else None
        limits = ClaimLimits(pace, self._quiet)
        done = await _in(pool, partial(self._books.exchange, results, want, kept, limits))
        held.renew(kept, asked_at)
        held.drop(results)
        stale = len(results) - len(done.recorded)
        states = Counter(outcome.state for _, outcome in done.recorded)
        self.report.counts.update(states)  # adds
        self.report.stale += stale
        count_results(states, stale)
        self._measure(len(results))
        if done.window:
            self._idle_since = None
        elif want:
            self._claim_from = asked_at + (done.due_in or 0.0)
            self._end_if_idle(done.due_in)
        held.take_in(done.window, asked_at)
        if done.window and self._room(len(held.results)):
            held.news.set()  # a batch has come to its end: there is room for some of the next
        await self._weigh(pool, results, replies)
        await self._note_losses(pool)

    def _end_if_idle(self, seconds: float | None) -> None:
        """Where there is nothing to do for so long (None: for ever), others may need the process.

        Tokens of a rate come several times a second: for them it waits.
        """
        if self._held.leases:
            self._idle_since = None
            return
        self._idle_since = self._idle_since or monotonic()
        idle = monotonic() - self._idle_since
        if seconds is None or seconds + idle > MOST_IDLE_SECONDS:
            self._held.begin_ending()

    async def _weigh(
        self, pool: ThreadPoolExecutor, results: Sequence[Entry], replies: Block
    ) -> None:
        """What the replies come to: slow down, pause, raise the alarm."""
        for request in self._evidence.add(results):
            rate = request.share * self._rate
            await _in(pool, partial(self._commons.slow_down, request.key, rate, request.why))
        if replies.replies:
            self._replies = self._replies.after(replies)
        if replies.about_us:
            await self._note_replies(pool)
            self._held.news.set()

    async def _note_replies(self, pool: ThreadPoolExecutor) -> None:
        replies, self._replies = self._replies, ReplyWindow()
        if await _in(pool, partial(self._books.note_replies, replies)):
            self._held.begin_ending()

    def _measure(self, n: int) -> None:
        """The present rate, in mails a second, smoothed; without a result it is not known yet."""
        if not n:
            return
        now = monotonic()
        count_seconds(now - self._measured_at)
        self._rate = 0.5 * self._rate + 0.5 * n / max(now - self._measured_at, 0.001)
        self._measured_at = now

    def _room(self, recorded: int) -> int:
        """How many to claim: what may be held, where half of it is free."""
        if self._held.is_ending or monotonic() < self._claim_from:
            return 0
        most = max(1, min(HELD, int(self._rate * MOST_SECONDS)))
        free = most - len(self._held.leases) + recorded
        if 2 * free < most:
            return 0
        rooms = (self._purse.room([self._campaign]), self._purse.room(self._live_relays()))
        room = min((one for one in rooms if one is not None), default=None)
        return free if room is None else max(0, min(free, room - len(self._held.ready)))

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
                rest = partial(self._commons.rest_relay, route.relay_id, route.error)
                await _in(pool, partial(rest, has_served=route.has_served))

    async def _close_books(self, pool: ThreadPoolExecutor) -> None:
        """Leave to the others what they need: tokens, replies, and which relays are well."""
        await self._note_losses(pool)
        well = [route.relay_id for route in self._routes if route.has_served and not route.error]
        if well:
            await _in(pool, partial(self._commons.note_well, well))
        if self._replies.blocks:
            await self._note_replies(pool)
        if unused := self._purse.empty():
            await _in(pool, partial(self._commons.return_tokens, unused))


def _in(pool: ThreadPoolExecutor, work: Callable[[], T]) -> asyncio.Future[T]:
    return asyncio.get_running_loop().run_in_executor(pool, work)
