"""Where a fault is played: servers that may be killed, fleets on them, and what was found."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from uuid import uuid4

from digest.deliver.sender import HELD
from tests.faults.fleet import Fleet
from tests.faults.relay import Manners
from tests.faults.verdict import MOST_FOR_ONE, Verdict
from tests.servers import Postgres, Valkey

W = HELD  # what one process may hold, and so the copies that its death may cost
RECOVERED = 60.0  # seconds: what everything must be back within


@dataclass
class Stage:
    """A PostgreSQL and a broker that nobody else uses."""

    folder: Path
    postgres: Postgres = field(default_factory=Postgres)
    valkey: Valkey = field(default_factory=Valkey)

    def __enter__(self) -> "Stage":
        self.postgres.start()
        self.valkey.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.postgres.remove()
        self.valkey.remove()

    def fleet(self, manners: Manners | None = None) -> Fleet:
        return Fleet(self.folder / uuid4().hex[:8], self.postgres, self.valkey, manners)


@dataclass(frozen=True)
class Finding:
    """What one fault did. ``seconds``: until work went on, or until the last unwanted mail."""

    runs: int
    verdict: Verdict
    bound: int  # copies
    seconds: float
    limit: float = RECOVERED

    @property
    def columns(self) -> list[str]:
        """As the table shows it."""
        found = self.verdict
        numbers = (self.runs, found.lost, found.copies, self.bound, found.most)
        return [*map(str, numbers), f"{self.seconds:.1f}", f"{self.limit:.0f}"]

    @property
    def problems(self) -> list[str]:
        """What is not as promised, in sentences."""
        found = list(self.verdict.problems)
        if self.verdict.lost:
            found.append(f"{self.verdict.lost} lost")
        if self.verdict.copies > self.bound:
            found.append(f"{self.verdict.copies} copies, the bound is {self.bound}")
        if self.verdict.most > MOST_FOR_ONE:
            found.append(f"{self.verdict.most} to one person")
        if self.seconds > self.limit:
            found.append(f"{self.seconds:.1f} s, the limit is {self.limit:.0f} s")
        return found


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._began = monotonic()

    @property
    def seconds(self) -> float:
        return monotonic() - self._began


Scenario = Callable[[Stage, bool], Finding]  # whether it is the full form, or the short one
