"""Slowing down for who asks for it: halved at once, recovered little by little (AIMD).

What is kept is the rate after the last cut and its time; how far it has recovered follows from the
clock, so that recovering writes nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

CUT = 0.5
SETTLE = timedelta(
    seconds=5
)  # replies to what was under way before a cut are no reason for another
RECOVERY = timedelta(minutes=5)  # from nothing to the old rate
LOWEST = 1 / 60  # mails a second
LEAST_REPLIES = 3  # so many, and such a share of the last ones, ask us to slow down
LEAST_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Slowdown:
    """Rates are in mails a second; ``before`` is what there was without it."""

    rate: float
    before: float
    at: datetime
    why: str  # the reply that asked for it

    def present_rate(self, at: datetime) -> float | None:
        """The rate at a time; None once it is what it was before."""
        rate = self.rate + self.before * ((at - self.at) / RECOVERY)
        return rate if rate < self.before else None


def slowed_down(last: Slowdown | None, rate: float, at: datetime, why: str) -> Slowdown:
    """What comes of one more request to slow down; ``rate`` is the present one."""
    if last is not None and at - last.at < SETTLE:
        return last
    now = last.present_rate(at) if last is not None else None
    if last is None or now is None:
        return Slowdown(max(LOWEST, rate * CUT), max(rate, LOWEST), at, why)
    return Slowdown(max(LOWEST, now * CUT), last.before, at, why)


def asks_to_slow_down(recent: Collection[bool]) -> bool:
    """Whether the last replies, of which some asked for it, are enough of a request."""
    asked = sum(recent)
    return asked >= LEAST_REPLIES and asked >= LEAST_SHARE * len(recent)
