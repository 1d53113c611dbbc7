"""The report: what went, what the faults did, how big the service was; the same as JSON."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from digest.clock import zone
from digest.domain.alarm import AlarmKind
from digest.domain.states import DeliveryState
from digest.store.alarms import Alarm
from tests.faults.week.fault import Fault, Struck
from tests.faults.week.size import Size, growth
from tests.faults.week.timetable import LISTS
from tests.faults.week.verdict import Outcome

# Business time is stepped and the database's clock is not: that is told once, and never over.
ALWAYS = AlarmKind.CLOCK_WRONG
SOON = timedelta(hours=3)  # after a fault: the editions that it may concern


@dataclass
class Day:
    """One day of the week, at its end."""

    name: str
    mails: int = 0
    size: Size | None = None
    seconds: float = 0.0  # of real time


@dataclass
class Report:
    """What a week came to."""

    people: int
    outcomes: list[Outcome]
    struck: list[Struck]
    alarms: list[Alarm]
    days: list[Day]
    steps: int
    seconds: float
    untold: int = 0  # messages about alarms that never got out

    @property
    def problems(self) -> list[str]:
        return [
            *(f"{_when(one)} {one.slug}: {what}" for one in self.outcomes for what in one.problems),
            *growth([day.size for day in self.days if day.size], self.people),
            *self._alarms(),
        ]

    def _alarms(self) -> Iterator[str]:
        for one in self.struck:
            told = {alarm.kind for alarm in self.alarms if one.fault.explains(alarm)}
            for kind in {*one.fault.told} - told:
                yield f"{one.fault.what}: nobody was told '{kind}'"
        for alarm in self.alarms:
            if alarm.kind is ALWAYS:
                continue
            if not any(one.fault.explains(alarm) for one in self.struck):
                yield f"{alarm.opened_at:%a %H:%M} '{alarm.kind}' and no fault: {alarm.sentence}"
            if alarm.closed_at is None:
                yield f"{alarm.opened_at:%a %H:%M} '{alarm.kind}' was never over"
        if (clocks := sum(alarm.kind is ALWAYS for alarm in self.alarms)) != 1:
            yield f"that clocks differ was told {clocks} times"
        if self.untold:
            yield f"{self.untold} messages about alarms never got out"

    def show(self, console: Console) -> None:
        for table in (self._editions(), self._faults(), self._days()):
            console.print(table)
        verdict = "every promise was kept" if not self.problems else "NOT as promised"
        console.print(
            f"{self.people:,} people, {sum(one.mails for one in self.outcomes):,} mails, "
            f"{self.steps} steps, {self.seconds:.0f} s: {verdict}."
        )
        for problem in self.problems:
            console.print(problem, markup=False)

    def _editions(self) -> Table:
        table = Table(
            *("when", "list", "what became of it", "agreed", "mails", "copies", "named"),
            *("failed", "skipped", "left", "latest", "audit", "planned", "and"),
        )
        for column in table.columns[3:11]:
            column.justify = "right"
        for one in self.outcomes:
            table.add_row(*_cells(one), style="red" if one.problems else None)
        return table

    def _faults(self) -> Table:
        table = Table("when (UTC)", "fault", "it met", "what came of it", "operators were told")
        for one in self.struck:
            fault = one.fault
            table.add_row(
                f"{fault.at:%a %H:%M}",
                fault.what,
                one.met,
                "\n".join(self._came_of(fault)),
                "\n".join(_told(alarm) for alarm in self.alarms if fault.explains(alarm)),
            )
        return table

    def _came_of(self, fault: Fault) -> Iterator[str]:
        """Of each edition that was due while it lasted."""
        until = fault.at + min(fault.lasts, SOON)
        for one in self.outcomes:
            if fault.at <= one.at <= until:
                yield f"{one.slug}: {one.state}" + (f", {_sums(one)}" if one.roster else "")

    def _days(self) -> Table:
        table = Table(
            *("evening", "mails", "worker", "pool", "beat", "pages", "files", "deliveries"),
            *("too old", "other rows", "database", "Redis", "seconds"),
        )
        for column in table.columns[1:]:
            column.justify = "right"
        for day in self.days:
            if day.size:
                table.add_row(*_day_cells(day, day.size))
        return table

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.as_json(), indent=1, default=str) + "\n")

    def as_json(self) -> dict[str, Any]:
        return {
            "people": self.people,
            "mails": sum(one.mails for one in self.outcomes),
            "steps": self.steps,
            "seconds": round(self.seconds),
            "problems": self.problems,
            "editions": [vars(one) for one in self.outcomes],
            "faults": [self._fault(one) for one in self.struck],
            "days": [
                {
                    "day": day.name,
                    "mails": day.mails,
                    "size": vars(day.size) if day.size else None,
                    "seconds": round(day.seconds, 1),
                }
                for day in self.days
            ],
        }

    def _fault(self, one: Struck) -> dict[str, Any]:
        return {
            "at": one.fault.at,
            "what": one.fault.what,
            "met": one.met,
            "came_of_it": [*self._came_of(one.fault)],
            "alarms": [
                {"kind": alarm.kind, "opened": alarm.opened_at, "closed": alarm.closed_at}
                for alarm in self.alarms
                if one.fault.explains(alarm)
            ],
        }


def _when(one: Outcome) -> str:
    home = next(home for home in LISTS if home.slug == one.slug)
    local: datetime = one.at.astimezone(zone(home.zone))
    return f"{local:%a %H:%M %Z}"


def _cells(one: Outcome) -> Sequence[str]:
    is_out = bool(one.roster)
    said = one.state if is_out else f"{one.state}: {one.reason}"
    stream = "" if one.stream == "each" else f" {one.stream}"
    left = one.counts.get(DeliveryState.SUPPRESSED, 0)
    numbers = (one.agreed, one.mails, one.copies, one.doubted)
    rest = (
        one.counts.get(DeliveryState.FAILED, 0),
        one.counts.get(DeliveryState.SKIPPED, 0),
        left,
    )
    return (
        _when(one),
        one.slug + stream,
        said,
        *(f"{n:,}" if is_out else "" for n in (*numbers, *rest)),
        f"{one.latest.total_seconds() / 60:.0f} min" if is_out else "",
        ("clean" if not one.problems else "not clean") if is_out else "",
        "" if one.planned is None else f"{one.planned:,}",
        one.plan,
    )


def _sums(one: Outcome) -> str:
    lost = f"{one.lost} lost" if one.lost else "nobody lost"
    return f"{one.mails:,} mails, {one.copies} copies, {one.doubted} named, {lost}"


def _told(alarm: Alarm) -> str:
    over = f"{alarm.closed_at:%a %H:%M}" if alarm.closed_at else "now"
    return f"{alarm.kind}: {alarm.opened_at:%a %H:%M} to {over}"


def _day_cells(day: Day, size: Size) -> Sequence[str]:
    memory = (size.memory.get(kind, 0) for kind in ("worker", "pool process", "beat", "pages"))
    return (
        day.name,
        f"{day.mails:,}",
        *(f"{octets / 1e6:.0f} MB" for octets in memory),
        f"{max(size.files.values())}",
        f"{size.deliveries:,}",
        f"{size.old:,}",
        f"{size.other_rows:,}",
        f"{size.database / 1e6:.0f} MB",
        f"{size.keys} keys",
        f"{day.seconds:.0f}",
    )
