"""A sender's tokens: taken from the shared rows in chunks, spent here one by one."""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from time import monotonic
from uuid import UUID

from digest.domain.limits import Limits
from digest.domain.rate import UNPACED_CHUNK, Grant, Key, Scope

LONGEST_HOLD = 15.0  # seconds; the rate may have recovered by then
FIRST_ASK = 0.05  # seconds until tokens come that were never asked for
LOW = 0.1  # tokens for so many seconds are few: it is time to ask for more


class _Line:
    """Batches that wait for one domain, each with the time of its turn."""

    def __init__(self) -> None:
        self._turns: dict[UUID, float] = {}
        self._end = 0.0  # until when the tokens are spoken for

    def turn_of(self, batch: UUID, opens: float, waiting: int, rate: float | None) -> float:
        """Whoever comes back keeps its place."""
        if batch not in self._turns:
            self._turns[batch] = max(opens, self._end)
            self._end = self._turns[batch] + (waiting / rate if rate else 0.0)
        return self._turns[batch]


class Purse:
    """What limits there are, and what may be sent within them."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._limits = Limits()
        self._tokens: dict[Key, int] = {}
        self._free: dict[Key, float] = {}  # asking for more is in vain before
        self._shut: set[str] = set()  # domains that mail waits for, or waited for
        self._lines: dict[str, _Line] = {}  # of the batches that wait for a domain

    def learn(self, limits: Limits) -> None:
        """Go by these limits from now on. Tokens of a rate that has fallen are worth nothing."""
        old, self._limits = self._limits, limits
        for key in {*self._tokens, *self._free}:
            before, now = old.rate_of(key), limits.rate_of(key)
            if now is None or (before is not None and now < 0.9 * before):
                self._tokens.pop(key, None)
            if before != now:
                self._free.pop(key, None)
                self._lines.pop(key[1], None)
        self._shut = {name for name in self._shut if self._is_limited((Scope.DOMAIN, name))}

    # For claims.

    @property
    def concerns_domains(self) -> bool:
        return self._limits.concern_domains

    def shut(self) -> Sequence[str]:
        return sorted(self._shut)

    def admits(self, domain: str) -> bool:
        key = (Scope.DOMAIN, domain)
        if self.has(key):
            self.spend(key)
            return True
        self._shut.add(domain)
        return False

    def hold(self, batch: UUID, domain: str, waiting: int, *, served: bool) -> float:
        """The batch that was served goes on when tokens come; the others stand in line behind."""
        now, key = self._clock(), (Scope.DOMAIN, domain)
        opens = max(now, self._free.get(key, now + FIRST_ASK))
        if served:
            return opens - now
        line = self._lines.setdefault(domain, _Line())
        turn = line.turn_of(batch, opens, waiting, self._limits.rate_of(key))
        return min(max(turn, opens), opens + LONGEST_HOLD) - now

    # For lines.

    def has(self, key: Key) -> bool:
        """Whether a mail may go now."""
        return self._tokens.get(key, 0) > 0 or not self._is_limited(key)

    def spend(self, key: Key) -> None:
        if key in self._tokens:
            self._tokens[key] -= 1

    def room(self, keys: Iterable[Key]) -> int | None:
        """How many mails that need a token of one of these may go now; None: any number."""
        room = 0
        for key in keys:
            if not self._is_limited(key):
                return None
            room += self._tokens.get(key, 0)
        return room

    # For the books.

    def asks(self, keys: Iterable[Key]) -> list[Key]:
        """The tokens to ask for now: of these, and of domains that mail waits for."""
        now = self._clock()
        return [key for key in self._short(keys) if self._free.get(key, 0.0) <= now]

    def wait(self, keys: Iterable[Key]) -> float | None:
        """In how many seconds it is time to ask; None where nothing is short."""
        times = [self._free.get(key, 0.0) for key in self._short(keys)]
        return max(0.0, min(times) - self._clock()) if times else None

    def put(self, grants: Mapping[Key, Grant]) -> None:
        now = self._clock()
        for key, grant in grants.items():
            self._tokens[key] = self._tokens.get(key, 0) + grant.tokens
            self._free[key] = now + grant.wait
            if grant.tokens:
                self._shut.discard(key[1])

    def empty(self) -> dict[Key, int]:
        """Give all tokens away, so that others may have them."""
        left = {key: n for key, n in self._tokens.items() if n > 0}
        self._tokens.clear()
        return left

    def _short(self, keys: Iterable[Key]) -> Collection[Key]:
        limited = [key for key in keys if self._is_limited(key) and self._is_low(key)]
        return [*limited, *((Scope.DOMAIN, name) for name in self._shut)]

    def _is_low(self, key: Key) -> bool:
        tokens, rate = self._tokens.get(key, 0), self._limits.rate_of(key) or 0.0
        return tokens == 0 or tokens < (UNPACED_CHUNK / 2 if rate == math.inf else LOW * rate)

    def _is_limited(self, key: Key) -> bool:
        return self._limits.rate_of(key) is not None
