"""How fast a campaign goes, and when it will be done: pure arithmetic on samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(seconds=60)  # over which the present rate is taken
LONGEST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Point:
    """How many deliveries were in a final state at a moment."""

    at: datetime
    done: int


@dataclass(frozen=True, slots=True)
class Pace:
    """Deliveries done a second, and how long the rest takes; None where nobody can say."""

    rate: float | None
    left: timedelta | None


def pace(points: Sequence[Point], total: int, now: Point) -> Pace:
    """The pace over the last minute, or since the first of ``points`` where that is less."""
    recent = [point for point in points if now.at - WINDOW <= point.at < now.at]
    if not recent:
        return Pace(None, None)
    first = min(recent, key=lambda point: point.at)
    seconds = (now.at - first.at).total_seconds()
    rate = max(0, now.done - first.done) / seconds
    if rate == 0:
        return Pace(0.0, None)
    left = timedelta(seconds=(total - now.done) / rate)
    return Pace(rate, left if left < LONGEST else None)
