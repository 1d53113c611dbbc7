"""A cadence, as an operator writes it, and the times at which it is due."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from digest.domain.errors import Illegal
from digest.schedule.cron import looks_like_cron, read_cron
from digest.schedule.misreading import NotUnderstood
from digest.schedule.pattern import Pattern
from digest.schedule.phrases import read_phrase

EXAMPLES = (
    "daily at 07:00",
    "weekdays at 06:30",
    "mon,thu at 12:00 and 18:00",
    "monthly on the 1st at 08:00",
    "monthly on the last friday at 08:00",
    "hourly at :15",
    "every 15 minutes",
)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Cadence:
    """When a list's runs are due; ``str()`` gives one spelling for all ways to say the same."""

    words: str = field(compare=False)  # as they were written
    canonical: str
    pattern: Pattern

    def __str__(self) -> str:
        return self.canonical


def parse_cadence(words: str) -> Cadence:
    """The cadence that ``words`` say, in English or as a cron line of five fields.

    Raises ``Illegal`` with a sentence that names what was not understood, and what would be.
    """
    text = " ".join(words.lower().split())
    try:
        if len(text) > _LONGEST:
            raise NotUnderstood(f"it is longer than {_LONGEST} characters")
        canonical, pattern = read_cron(text) if looks_like_cron(text) else read_phrase(text)
    except NotUnderstood as error:
        raise Illegal(_complaint(words, error)) from None
    return Cadence(words, canonical, pattern)


def next_runs(cadence: Cadence, zone: ZoneInfo, after: datetime, n: int) -> list[datetime]:
    """The next ``n`` due times (UTC) later than ``after`` (aware).

    Fewer only where a cron line names a day that does not come within fifty years.
    """
    if n < 1:
        raise Illegal(f"{n} runs can't be listed; ask for 1 or more.")
    return list(islice(cadence.pattern.instants(zone, _utc(after)), n))


def due_between(
    cadence: Cadence, zone: ZoneInfo, after: datetime, until: datetime
) -> Iterator[datetime]:
    """The due times (UTC) in the half-open interval (after, until], both aware, in order.

    A wall time in the spring gap is due at the first instant after the gap; one in the autumn fold
    at its first showing only; hourly and "every N" cadences run by elapsed time.
    """
    end = _utc(until)
    return takewhile(lambda due: due <= end, cadence.pattern.instants(zone, _utc(after)))


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise Illegal(f"The time {moment} has no zone; give an aware one.")
    return moment.astimezone(UTC)


def _complaint(words: str, error: NotUnderstood) -> str:
    shown = words if len(words) <= 60 else words[:59] + "…"
    examples = ", ".join(f'"{example}"' for example in EXAMPLES)
    return (
        f"The cadence {shown!r} is not understood: {error}; "
        f"write it like {examples} or as a cron line of five fields."
    )
