"""Rates: so many mails in a second, a minute, an hour or a day, and how tokens are taken at one.

Tokens are taken in chunks from a row that all processes share. What is kept of a rate is one time:
that at which the next token is free (the generic cell rate algorithm, ITU-T I.371).
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from digest.domain.errors import Illegal

CHUNK_SECONDS = 0.4  # a chunk is what so many seconds allow, and one token at least
SLACK_SECONDS = 0.1  # so much that nobody asked for is not lost: askers come a little late
UNPACED_CHUNK = 50  # where only a number a day is set

_SECONDS = {"s": 1, "min": 60, "h": 3_600, "day": 86_400}
_WORDS = {"second": "s", "sec": "s", "minute": "min", "m": "min", "hour": "h", "d": "day"}
_RATE = re.compile(r"(\d{1,9})\s*(?:/|per|a)\s*([a-z]+)", re.ASCII)


class Scope(StrEnum):
    """What a throttle is about."""

    RELAY = "relay"
    DOMAIN = "domain"  # of recipients
    CAMPAIGN = "campaign"


Key = tuple[Scope, str]  # a relay or campaign by its id, a recipient domain by its name
EACH_DOMAIN = "*"  # stands for every domain that has no rate of its own


@dataclass(frozen=True, slots=True)
class Rate:
    """So many mails in a unit of time; written as ``20/s``."""

    count: int
    unit: str

    @property
    def per_second(self) -> float:
        return self.count / _SECONDS[self.unit]

    def __str__(self) -> str:
        return f"{self.count}/{self.unit}"


def parse_rate(text: str) -> Rate:
    """Read ``20/s``, ``1200/min``, ``5000/h`` or ``50000/day``."""
    found = _RATE.fullmatch(text.strip().lower())
    unit = _WORDS.get(found[2], found[2]) if found else ""
    if found is None or unit not in _SECONDS or int(found[1]) < 1:
        raise Illegal(f"{text!r} is not a rate; write it as 20/s, 1200/min, 5000/h or 50000/day.")
    return Rate(int(found[1]), unit)


@dataclass(frozen=True, slots=True)
class Grant:
    """Tokens that were taken. The next ones are free at ``free_at``, in ``wait`` seconds."""

    tokens: int
    free_at: datetime | None
    wait: float


def take_chunk(
    per_second: float | None, free_at: datetime | None, at: datetime, most: int | None = None
) -> Grant:
    """Take a chunk at time ``at``; ``most`` is how many are left in a day's allowance."""
    if most is not None and most <= 0:
        return Grant(0, free_at, 0.0)
    if per_second is None:
        return Grant(min(UNPACED_CHUNK, most or UNPACED_CHUNK), free_at, 0.0)
    if free_at is not None and free_at > at:
        return Grant(0, free_at, (free_at - at).total_seconds())
    chunk = max(1, int(per_second * CHUNK_SECONDS))
    tokens = chunk if most is None else min(chunk, most)
    begin = at - timedelta(seconds=SLACK_SECONDS)
    free_at = max(free_at or at, begin) + timedelta(seconds=tokens / per_second)
    return Grant(tokens, free_at, max(0.0, (free_at - at).total_seconds()))
