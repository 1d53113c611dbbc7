"""The report: a table of what went, a table of the days, and the same as JSON."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from digest.clock import zone
from digest.domain.alarm import AlarmKind
from digest.domain.states import DeliveryState
from digest.store.alarms import Alarm
from tests.faults.week.service import Size
from tests.faults.week.timetable import LISTS
from tests.faults.week.verdict import Outcome

MEMORY_SLACK = 20_000_000  # octets, that a kind of process may grow by from the second day on
FLAT = (  # tables that a week must not make longer
    "account",
    "cadence",
    "connection_lease",
    "domain_check",
    "list_source",
    "mailbox",
    "mailing_list",
    "relay",
    "send_epoch",
    "source",
    "template_set",
)
MOST_THROTTLES, MOST_KEYS = 5, 40
# The fault of a day, and what the operators must have been told by. That clocks are wrong is so:
# business time is stepped, and the database's clock is not.
TOLD = {
    "Wed": {AlarmKind.SOURCE_FAILS},
    "Thu": {AlarmKind.RELAY_FAILS, AlarmKind.APPROVAL_MISSING, AlarmKind.RUN_MISSED},
}
EXPLAINED = {
    AlarmKind.CLOCK_WRONG: "the clock is stepped",
    AlarmKind.CAMPAIGN_STALLED: "while the relay refuses",
    AlarmKind.NO_WORKER: "at the start, since a beat tells how long it runs by both clocks",
}


@dataclass
class Day:
    """One day of the week, at its end."""

    name: str
    faults: list[str] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    mails: int = 0
    size: Size | None = None
    seconds: float = 0.0  # of real time


@dataclass
class Report:
    """What a week came to."""

    people: int
    outcomes: list[Outcome]
    days: list[Day]
    steps: int
    seconds: float
    untold: int = 0  # messages about alarms that never got out

    @property
    def problems(self) -> list[str]:
        return [
            *(f"{_when(one)} {one.slug}: {what}" for one in self.outcomes for what in one.problems),
            *self._growth(),
            *self._alarms(),
        ]

    def _growth(self) -> Iterator[str]:
        sizes = [day.size for day in self.days if day.size]
        first, second, last = sizes[0], sizes[1], sizes[-1]
        for kind, octets in last.memory.items():
            if kind != "this test" and octets > second.memory[kind] + MEMORY_SLACK:
                yield f"a {kind} grew from {second.memory[kind] >> 20} to {octets >> 20} MB"
        for table in FLAT:
            if last.rows[table] > first.rows[table]:
                yield f"{table} grew from {first.rows[table]} to {last.rows[table]} rows"
        if last.rows["delivery"] != sum(one.roster for one in self.outcomes):
            yield f"there are {last.rows['delivery']} deliveries, the rosters say otherwise"
        if last.rows["throttle"] > MOST_THROTTLES:
            yield f"there are {last.rows['throttle']} rates that nobody needs any more"
        if last.keys > MOST_KEYS or last.messages > MOST_KEYS:
            yield f"{last.keys} keys and {last.messages} messages are left in Redis"

    def _alarms(self) -> Iterator[str]:
        for day in self.days:
            kinds = {alarm.kind for alarm in day.alarms}
            for kind in TOLD.get(day.name, set()) - kinds:
                yield f"{day.name}: nobody was told '{kind}'"
            for kind in kinds - TOLD.get(day.name, set()) - EXPLAINED.keys():
                yield f"{day.name}: there was the alarm '{kind}', and no fault for it"
        if self.untold:
            yield f"{self.untold} messages about alarms never got out"

    def show(self, console: Console) -> None:
        console.print(self._editions())
        console.print(self._days())
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

    def _days(self) -> Table:
        table = Table(
            *("day", "fault", "alarms told", "mails", "worker", "pool", "beat", "pages"),
            *("deliveries", "other rows", "database", "Redis", "seconds"),
        )
        for column in table.columns[3:]:
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
            "steps": self.steps,
            "seconds": round(self.seconds),
            "problems": self.problems,
            "editions": [vars(one) for one in self.outcomes],
            "days": [
                {
                    "day": day.name,
                    "faults": day.faults,
                    "alarms": [alarm.sentence for alarm in day.alarms],
                    "mails": day.mails,
                    "size": vars(day.size) if day.size else None,
                    "seconds": round(day.seconds, 1),
                }
                for day in self.days
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


def _day_cells(day: Day, size: Size) -> Sequence[str]:
    memory = (
        f"{size.memory.get(kind, 0) / 1e6:.0f} MB"
        for kind in ("worker", "pool process", "beat", "pages")
    )
    told = sorted({alarm.kind.value for alarm in day.alarms} - {AlarmKind.CLOCK_WRONG.value})
    return (
        day.name,
        ", ".join(day.faults),
        ", ".join(told),
        f"{day.mails:,}",
        *memory,
        f"{size.rows['delivery']:,}",
        f"{sum(size.rows.values()) - size.rows['delivery']:,}",
        f"{size.database / 1e6:.0f} MB",
        f"{size.keys} keys",
        f"{day.seconds:.0f}",
    )
