"""Where a fault is played: servers that may be killed, fleets on them, and what was found."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Self
from uuid import uuid4

from digest.deliver.held import HELD
from tests.faults.fleet import Fleet
from tests.faults.machine import Machine
from tests.faults.relay import FaultyRelay, Manners
from tests.faults.verdict import MOST_FOR_ONE, Verdict
from tests.servers import LOOPBACK, Postgres, Valkey

W = HELD  # what one process may hold, and so the copies that its death may cost
RECOVERED = 60.0  # seconds: what everything must be back within


class CannotBePlayed(Exception):
    """This machine does not have what a fault needs; the text says what."""


class Stage:
    """A PostgreSQL and a broker that nobody else uses."""

    def __init__(
        self, folder: Path, address: str = LOOPBACK, postgres: Postgres | None = None
    ) -> None:
        self.folder = folder
        self.postgres = postgres or Postgres(address)
        self.valkey = Valkey(address)

    def __enter__(self) -> Self:
        self.postgres.start()
        self.valkey.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.postgres.remove()
        self.valkey.remove()

    def fleet(self, manners: Manners | None = None, relay_address: str = LOOPBACK) -> Fleet:
        relay = FaultyRelay(manners, relay_address)
        return Fleet(self.folder / uuid4().hex[:8], self.postgres, self.valkey, relay)

    def machine(self, manners: Manners | None = None) -> Machine:
        """One that needs none of these servers."""
        return Machine(self.folder / uuid4().hex[:8], FaultyRelay(manners))


@dataclass(frozen=True)
class Finding:
    """What one fault did. ``seconds``: until work went on, or until the last unwanted mail."""

    runs: int
    verdict: Verdict
    bound: int  # copies
    seconds: float
    limit: float = RECOVERED
    note: str = ""  # what else was measured

    @property
    def columns(self) -> list[str]:
        """As the table shows it."""
        found = self.verdict
        numbers = (self.runs, found.lost, found.copies, self.bound, found.most)
        return [*map(str, numbers), f"{self.seconds:.1f}", f"{self.limit:.0f}", self.note]

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
