"""A sender: one process works through a campaign for a while, over several connections at once.

While the lines hand mail over, the books record what became of it and claim more, so that neither
waits for the other. What is claimed and not recorded when the process dies is in doubt: ``HELD``
rows at most.
"""

import asyncio
import random
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from uuid import UUID

from digest.deliver.books import LEASE_SECONDS, Assignment, Books, Clock, Entry
from digest.deliver.message import Personal
from digest.deliver.recipients import is_allowed
from digest.deliver.replies import decide, decide_doubt
from digest.deliver.results import Interrupted, Result
from digest.deliver.transport import InDoubt, Line, Mail, RelayDown, Reply
from digest.domain.delivery import Claimed, Outcome
from digest.domain.states import DeliveryState
from digest.settings import Settings
from digest.store.engine import StoreUnavailable
from digest.tokens import Tokens

HELD = 100  # claimed or not yet recorded, at most: what a crash can put in doubt
WINDOW = 50  # claimed at once
WINDOW_SECONDS = 2.0  # no more is held than this much work at the present rate
FLUSH_SECONDS = 0.25  # no result waits longer than this to be recorded
RENEW_SECONDS = 10.0
MARGIN_SECONDS = 5.0  # no mail is begun when less of its lease is left
MOST_BREAKS = 5  # so many mails in a row over which connections broke make the relay the culprit


@dataclass(slots=True)
class Report:
    """What a sender did. ``relay_error`` is why it stopped early, where the relay made it."""

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
        lines: Sequence[Line],
        clock: Clock,
        stop: threading.Event,
    ) -> None:
        self._books = books
        self._settings = settings
        self._assignment = assignment
        self._lines = lines
        self._clock = clock
        self._stop = stop
        self._tokens = Tokens(settings.secret)
        self._dice = random.Random()  # noqa: S311 - jitter, not secrets
        self._ready: deque[Claimed] = deque()
        self._results: list[Entry] = []
        self._leases: dict[UUID, float] = {}  # of all that is held: monotonic time of their end
        self._safe_until = 0.0  # until when the oldest of them is safe, with a margin
        self._breaks_in_a_row = 0
        self._open_lines = len(lines)
        self._is_ending = False
        self._rate = float(WINDOW)
        self._measured_at = monotonic()
        self.report = Report()

    def work(self, seconds: float) -> Report:
        """Send until nothing is due, the time is up, the relay fails, or ``stop`` is set.

        ``StoreUnavailable`` where the database stays away: what was sent last is then in doubt.
        """
        try:
            asyncio.run(self._work(monotonic() + seconds))
        except* StoreUnavailable as group:
            raise group.exceptions[0] from None
        return self.report

    async def _work(self, end: float) -> None:
        self._more = asyncio.Event()  # for the lines: there is mail to take, or the end has come
        self._news = asyncio.Event()  # for the books: there are results to record
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_books(end))
            for line in self._lines:
                tasks.create_task(self._drive(line))

    # The books.

    async def _keep_books(self, end: float) -> None:
        renewed_at = monotonic()
        with ThreadPoolExecutor(1, "books") as pool:
            while not (self._is_ending and not self._leases):
                self._news.clear()
                if monotonic() > end or self._stop.is_set():
                    self._begin_ending()
                is_renewal_due = monotonic() - renewed_at > RENEW_SECONDS
                if is_renewal_due:
                    renewed_at = monotonic()
                await self._exchange(pool, renew=is_renewal_due)
                with_timeout = asyncio.wait_for(self._news.wait(), FLUSH_SECONDS)
                try:
                    await with_timeout
                except TimeoutError:
                    continue
        self._begin_ending()

    async def _exchange(self, pool: ThreadPoolExecutor, *, renew: bool) -> None:
        results, self._results = self._results, []
        want = self._room(len(results))
        if not (results or want or renew):
            return
        asked_at = monotonic()
        recorded_ids = {claimed.id for claimed, _ in results}
        held = [id_ for id_ in self._leases if id_ not in recorded_ids] if renew else []
        loop = asyncio.get_running_loop()
        done = await loop.run_in_executor(pool, self._books.exchange, results, want, held)
        for id_ in held:
            self._leases[id_] = asked_at + LEASE_SECONDS
        for claimed, outcome in results:
            del self._leases[claimed.id]
            if claimed.id in done.recorded:
                self.report.add(outcome.state)
        self.report.stale += len(results) - len(done.recorded)
        self._measure(len(results))
        self._take_in(done.window, asked_at, want)

    def _measure(self, n: int) -> None:
        """The present rate, in mails a second, smoothed."""
        now = monotonic()
        self._rate = 0.5 * self._rate + 0.5 * n / max(now - self._measured_at, 0.001)
        self._measured_at = now

    def _room(self, recorded: int) -> int:
        """How many to claim: a window, when one has room beside what is still held."""
        if self._is_ending:
            return 0
        window = max(1, min(WINDOW, int(self._rate * WINDOW_SECONDS / 2)))
        return window if len(self._leases) - recorded + window <= HELD else 0

    def _take_in(self, window: Sequence[Claimed], asked_at: float, want: int) -> None:
        if want and not window and not self._leases:
            self._begin_ending()
        for claimed in window:
            self._leases[claimed.id] = asked_at + LEASE_SECONDS
        self._safe_until = min(self._leases.values(), default=0.0) - MARGIN_SECONDS
        if window or self._ready:
            self._more.set()
        if self._is_ending:
            self._results += [(claimed, self._untried()) for claimed in window]
            return
        self._ready.extend(window)

    def _begin_ending(self) -> None:
        """No more is claimed, and what no line has taken goes back as it was."""
        self._is_ending = True
        self._results += [(claimed, self._untried()) for claimed in self._ready]
        self._ready.clear()
        self._more.set()
        self._news.set()

    # The lines.

    async def _drive(self, line: Line) -> None:
        again: deque[Claimed] = deque()  # to be tried once more, first on a new connection
        try:
            while await self._has_mail(again):
                taken: list[Claimed] = []
                note = partial(self._note, again, taken)
                await line.send_from(self._feed(again, taken), note, self._holds)
        except RelayDown as error:
            self._lose_line(str(error))
        finally:
            for claimed in again:
                self._give_back(claimed)
            await line.close()

    async def _has_mail(self, again: deque[Claimed]) -> bool:
        """Waits until there is mail to take; False when the end has come."""
        while not self._is_ending:
            if (again or self._ready) and self._holds():
                return True
            self._more.clear()
            await self._more.wait()
        return False

    def _feed(self, again: deque[Claimed], taken: list[Claimed]) -> Iterator[Mail]:
        """Mails as a line is ready for them; ``taken`` gets what was given out."""
        while (again or self._ready) and self._holds():
            claimed = (again or self._ready).popleft()
            if self._may_get_mail(claimed):
                taken.append(claimed)
                yield self._mail(claimed)

    def _holds(self) -> bool:
        """Whether all leases last long enough to begin another mail."""
        return monotonic() < self._safe_until and not self._stop.is_set()

    def _may_get_mail(self, claimed: Claimed) -> bool:
        if is_allowed(self._settings, claimed.address):
            return True
        reason = "not among DIGEST_ALLOWED_RECIPIENTS"
        self._put(claimed, Outcome(DeliveryState.SUPPRESSED, reason=reason, tried=False))
        return False

    def _mail(self, claimed: Claimed) -> Mail:
        token = self._tokens.subscription(claimed.subscriber_id, self._assignment.list_id)
        base = self._settings.public_url
        personal = Personal(
            address=claimed.address,
            message_key=claimed.message_key,
            date=claimed.first_try_at,
            unsubscribe_url=f"{base}/u/{token}",
            preferences_url=f"{base}/p/{token}",
        )
        local_part = self._tokens.return_path(claimed.id)
        return Mail(
            return_path=f"{local_part}@{self._assignment.branding.bounce_domain}",
            recipient=claimed.address,
            content=self._books.build(claimed, personal),
        )

    def _note(
        self, again: deque[Claimed], taken: Sequence[Claimed], place: int, said: Result
    ) -> None:
        """What became of one mail of a line."""
        claimed = taken[place]
        if isinstance(said, Reply):
            self._breaks_in_a_row = 0
            self._put(claimed, decide(said, claimed, self._clock(), self._dice))
        elif isinstance(said, InDoubt):
            self._count_break(str(said))
            policy = self._assignment.doubt_policy
            self._put(claimed, decide_doubt(claimed, policy, self._clock(), str(said)))
        elif isinstance(said, Interrupted):
            self._count_break(str(said))
            if said.try_at_once:
                again.append(claimed)  # what the end leaves here goes back untried
            else:
                self._put_off(claimed, said)
        else:
            self._give_back(claimed)

    def _put_off(self, claimed: Claimed, said: Interrupted) -> None:
        """Certainly not sent, and it broke a connection of its own: as if asked to try later."""
        reply = said.reply or Reply(451, f"4.4.2 {said}")
        self._put(claimed, decide(reply, claimed, self._clock(), self._dice))

    def _give_back(self, claimed: Claimed) -> None:
        if self._is_ending:
            self._put(claimed, self._untried())
        else:
            self._ready.append(claimed)
            self._more.set()

    def _count_break(self, said: str) -> None:
        """Only a relay that breaks over many mails in a row is down."""
        self._breaks_in_a_row += 1
        if self._breaks_in_a_row >= MOST_BREAKS:
            self._lose_relay(f"{said} {MOST_BREAKS} mails in a row ended like this.")

    def _put(self, claimed: Claimed, outcome: Outcome) -> None:
        self._results.append((claimed, outcome))
        if len(self._results) >= WINDOW // 2 or len(self._results) == len(self._leases):
            self._news.set()

    def _lose_line(self, error: str) -> None:
        """A relay may allow fewer connections than we have lines; without any it is down."""
        self._open_lines -= 1
        if self._open_lines == 0:
            self._lose_relay(error)

    def _lose_relay(self, error: str) -> None:
        if self.report.relay_error is None:
            self.report.relay_error = error
        self._begin_ending()

    def _untried(self) -> Outcome:
        return Outcome(DeliveryState.QUEUED, next_at=self._clock(), tried=False)
