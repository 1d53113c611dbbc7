"""A warm-up: a new relay may send a few mails on its first day, and more on each day after."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.domain.errors import Illegal

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WarmUp:
    """``first`` mails on day 1, ``factor`` times as many on each next day, for ``days`` days.
    Days are 24 hours long and begin with the warm-up."""

    first: int
    factor: float
    days: int
    began_at: datetime

    def __post_init__(self) -> None:
        if self.first < 1 or not 1 <= self.factor <= 10 or not 1 <= self.days <= 365:
            raise Illegal(
                "A warm-up begins with 1 mail at least, grows by a factor of 1 to 10 a day, and "
                "lasts 1 to 365 days."
            )

    def day(self, now: datetime) -> int:
        """Which day it is, counted from 1."""
        return max(0, (now - self.began_at) // _DAY) + 1

    def allowance(self, now: datetime) -> int | None:
        """How many mails this day allows; None when the warm-up is over."""
        day = self.day(now)
        return int(self.first * self.factor ** (day - 1)) if day <= self.days else None

    def next_day(self, now: datetime) -> datetime:
        return self.began_at + self.day(now) * _DAY
