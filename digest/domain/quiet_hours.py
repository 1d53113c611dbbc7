"""Quiet hours: a part of the day in which a list sends nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

QUIET = "waits for the end of quiet hours"  # the reason on a delivery


class WhoseClock(StrEnum):
    """By which clocks quiet hours are told."""

    LIST = "list"
    SUBSCRIBER = (
        "subscriber"  # the zone of the subscription, else the subscriber's, else the list's
    )


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one minute of the day to another, which may lie on the next day."""

    begins: int  # minutes since midnight
    ends: int
    by: WhoseClock = WhoseClock.LIST

    def covers(self, minute: int) -> bool:
        if self.begins < self.ends:
            return self.begins <= minute < self.ends
        return minute >= self.begins or minute < self.ends


Rule = Callable[
    [QuietHours, str, datetime], datetime | None
]  # when they end in a zone, if it is so


def never_quiet(_hours: QuietHours, _zone: str, _now: datetime) -> None:
    """The rule where nobody has given one."""


@dataclass(slots=True)
class Quiet:
    """What quiet hours mean at one moment; zones are looked up once."""

    hours: QuietHours
    zone: str  # the list's
    now: datetime
    rule: Rule
    _known: dict[str, datetime | None] = field(default_factory=dict)

    def until(self, zone: str | None) -> datetime | None:
        """When it ends for a reader in ``zone`` (None: the list's); None where it is not quiet."""
        name = zone or self.zone
        if name not in self._known:
            self._known[name] = self.rule(self.hours, name, self.now)
        return self._known[name]

    @property
    def list_until(self) -> datetime | None:
        """When it ends for the whole list, where it is told by the list's clocks."""
        return self.until(None) if self.hours.by is WhoseClock.LIST else None
