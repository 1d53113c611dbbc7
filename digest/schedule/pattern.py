"""What a cadence comes down to: certain days, and certain minutes of them, on one of two clocks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from digest.schedule.walltime import DAY, first_instant, local_day, midnight, standard_offset


@dataclass(frozen=True, slots=True)
class Pattern:
    """Days as the last three fields of a cron line, and minutes (0 to 1439) of such a day.

    ``elapsed`` tells how time is counted. False: by the clock on the wall, so that a run keeps its
    local hour all year. True: by elapsed time, so that a run an hour stays a run an hour through
    both changes of the clocks; the minutes are then those of the zone's standard time.
    """

    days: str
    minutes: tuple[int, ...]
    elapsed: bool = False

    def instants(self, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
        """Every instant (UTC) later than ``after``, strictly increasing, each worked out on demand.

        It ends by itself only where no day matches for fifty years.
        """
        last = after.astimezone(UTC)
        for day in _days_from(self.days, local_day(zone, last)):
            found = self._by_time(zone, day) if self.elapsed else self._by_wall(zone, day)
            for instant in found:
                if instant > last:
                    last = instant
                    yield instant

    def _by_wall(self, zone: ZoneInfo, day: date) -> Iterator[datetime]:
        """The instants at which the clock shows the minutes of ``day``.

        A time that a gap pushes onto another date (a zone that skipped a whole day, say) gives way
        where that date has runs of its own: nobody wants two daily digests on one day.
        """
        start = datetime.combine(day, time())
        for minute in self.minutes:
            instant = first_instant(zone, start + timedelta(minutes=minute))
            shown = local_day(zone, instant)
            if shown == day or not _matches(self.days, shown):
                yield instant

    def _by_time(self, zone: ZoneInfo, day: date) -> Iterator[datetime]:
        """The instants between the two midnights of ``day`` that lie on the grid of minutes."""
        begin, end = midnight(zone, day), midnight(zone, day + DAY)
        start = datetime.combine(day, time(), tzinfo=UTC) - standard_offset(zone, day)
        # Where the zone once moved across the date line, the grid's days lie far from ours.
        for shift in range((begin - start) // DAY, (end - start) // DAY + 1):
            for minute in self.minutes:
                instant = start + shift * DAY + timedelta(minutes=minute)
                if begin <= instant < end:
                    yield instant


def ever_runs(days: str) -> bool:
    """Whether any day matches these three cron fields; ``ValueError`` where they make no sense."""
    try:
        return next(_days_from(days, date(2000, 1, 1)), None) is not None
    except CronSimError as error:
        raise ValueError(str(error)) from None


def _days_from(days: str, first: date) -> Iterator[date]:
    # cronsim sees naive times only: the rule for gaps and folds is ours, not Debian cron's.
    start = datetime.combine(first, time()) - timedelta(seconds=1)
    for moment in CronSim(f"0 0 {days}", start):
        yield moment.date()


def _matches(days: str, day: date) -> bool:
    return next(_days_from(days, day), None) == day
