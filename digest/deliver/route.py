"""A route: one relay as a sender uses it, over several lines, and what its answers come to."""

import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from digest.deliver.held import Held
from digest.deliver.letters import Letters
from digest.deliver.purse import Purse
from digest.deliver.recipients import is_allowed
from digest.deliver.replies import decide, decide_doubt
from digest.deliver.results import Interrupted, Result
from digest.deliver.transport import InDoubt, Line, Mail, RelayDown, Reply
from digest.domain.delivery import Claimed, Outcome
from digest.domain.rate import Key, Scope
from digest.domain.states import DeliveryState, DoubtPolicy
from digest.settings import Settings

MOST_BREAKS = 5  # so many mails in a row over which connections broke make the relay the culprit


@dataclass(frozen=True, slots=True)
class RelayLines:
    """The lines to one relay; none is connected before there is mail for it."""

    relay_id: UUID
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Fleet:
    """The relays of one stint. ``marks`` are those of the rows that it was made from: where they
    have changed, a new stint is due. ``leased`` says that connections are, in the name of
    ``owner``."""

    relays: Sequence[RelayLines]
    marks: frozenset[tuple[object, ...]]
    owner: UUID
    leased: bool = False


class Route:
    """Takes from what is held as its lines are ready, and puts results back.

    ``error`` says why it is lost: then its mails are left to other routes, and ``on_loss`` is
    called once.
    """

    def __init__(
        self,
        relay: RelayLines,
        held: Held,
        purse: Purse,
        letters: Letters,
        settings: Settings,
        policy: DoubtPolicy,
        campaign: Key,
        on_loss: Callable[[], None],
    ) -> None:
        self.relay_id = relay.relay_id
        self.key: Key = (Scope.RELAY, str(relay.relay_id))
        self.lines = relay.lines
        self.error: str | None = None
        self.has_served = False  # it took or refused a mail
        self._held = held
        self._purse = purse
        self._letters = letters
        self._settings = settings
        self._policy = policy
        self._campaign = campaign
        self._on_loss = on_loss
        self._dice = random.Random()  # noqa: S311 - jitter, not secrets
        self._open_lines = len(relay.lines)
        self._breaks_in_a_row = 0

    async def drive(self, line: Line) -> None:
        """Send over one line until the end comes or the route is lost."""
        again: deque[Claimed] = deque()  # to be tried once more, first on a new connection
        try:
            while await self._has_mail(again):
                taken: list[Claimed] = []
                note = partial(self._note, again, taken)
                await line.send_from(self._feed(again, taken), note, self._held.is_safe)
        except RelayDown as error:
            self._lose_line(str(error))
        finally:
            for claimed in again:
                self._held.give_back(claimed)
            await line.close()

    def lose(self, error: str) -> None:
        """Send nothing more through this relay."""
        if self.error is None:
            self.error = error
            self._held.more.set()
            self._on_loss()

    async def _has_mail(self, again: deque[Claimed]) -> bool:
        """Waits until there is mail to take; False when the end has come."""
        held = self._held
        while not held.is_ending and self.error is None:
            if (again or held.ready) and held.is_safe() and self._has_tokens():
                return True
            held.more.clear()
            await held.more.wait()
        return False

    def _feed(self, again: deque[Claimed], taken: list[Claimed]) -> Iterator[Mail]:
        """Mails as a line is ready for them; ``taken`` gets what was given out."""
        held, purse, may_go = self._held, self._purse, self._has_tokens
        while self.error is None and (again or held.ready) and held.is_safe() and may_go():
            claimed = (again or held.ready).popleft()
            if not held.is_fresh(claimed):
                held.put_back(claimed)
            elif self._may_get_mail(claimed):
                purse.spend(self.key)
                purse.spend(self._campaign)
                taken.append(claimed)
                yield self._letters.mail(claimed)

    def _has_tokens(self) -> bool:
        return self._purse.has(self.key) and self._purse.has(self._campaign)

    def _may_get_mail(self, claimed: Claimed) -> bool:
        if is_allowed(self._settings, claimed.address):
            return True
        reason = "not among DIGEST_ALLOWED_RECIPIENTS"
        self._held.put(claimed, Outcome(DeliveryState.SUPPRESSED, reason=reason, tried=False))
        return False

    def _note(
        self, again: deque[Claimed], taken: Sequence[Claimed], place: int, said: Result
    ) -> None:
        """What became of one mail of a line."""
        claimed = taken[place]
        if isinstance(said, Reply):
            self._breaks_in_a_row = 0
            self.has_served = True
            self._decide(claimed, said)
        elif isinstance(said, InDoubt):
            self._count_break(str(said))
            now, policy = self._held.clock(), self._policy
            self._held.put(claimed, decide_doubt(claimed, policy, now, str(said), self.relay_id))
        elif isinstance(said, Interrupted):
            self._count_break(str(said))
            if said.try_at_once:
                again.append(claimed)  # what the end leaves here goes back untried
            else:
                self._put_off(claimed, said)
        else:
            self._held.give_back(claimed)

    def _put_off(self, claimed: Claimed, said: Interrupted) -> None:
        """Certainly not sent, and it broke a connection of its own: as if asked to try later."""
        self._decide(claimed, said.reply or Reply(451, f"4.4.2 {said}"))

    def _decide(self, claimed: Claimed, reply: Reply) -> None:
        now = self._held.clock()
        self._held.put(claimed, decide(reply, claimed, now, self._dice, self.relay_id))

    def _count_break(self, said: str) -> None:
        """Only a relay that breaks over many mails in a row is down."""
        self._breaks_in_a_row += 1
        if self._breaks_in_a_row >= MOST_BREAKS:
            self.lose(f"{said} {MOST_BREAKS} mails in a row ended like this.")

    def _lose_line(self, error: str) -> None:
        """A relay may allow fewer connections than we have lines; without any it is down."""
        self._open_lines -= 1
        if self._open_lines == 0:
            self.lose(error)
