"""A fault of the week: when it strikes, for how long, and what operators hear of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.domain.alarm import AlarmKind
from digest.store.alarms import Alarm


@dataclass(frozen=True)
class Fault:
    """What is ``told`` must be told, and what ``may_be_told`` may: between the fault's beginning
    and the end of its aftermath, and at no other time."""

    at: datetime
    what: str
    lasts: timedelta = timedelta(minutes=30)  # its aftermath, too
    delays: timedelta = timedelta(0)  # how much later mail may come that is due meanwhile
    told: Collection[AlarmKind] = ()
    may_be_told: Collection[AlarmKind] = ()

    @property
    def ends(self) -> datetime:
        return self.at + self.lasts

    def delay(self, due: datetime) -> timedelta:
        return self.delays if self.at <= due <= self.ends else timedelta(0)

    def explains(self, alarm: Alarm) -> bool:
        is_expected = alarm.kind in self.told or alarm.kind in self.may_be_told
        return is_expected and self.at <= alarm.opened_at <= self.ends


@dataclass
class Struck:
    """A fault that was played, and what it met."""

    fault: Fault
    met: str = ""
