"""Wall clock to instants: what "02:30 in this zone" means on the days when clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def first_instant(zone: ZoneInfo, wall: datetime) -> datetime:
    """The instant (UTC) at which clocks in ``zone`` first show ``wall`` (naive) or later.

    A time that the spring gap leaves out gives the first instant after the gap; one that the
    autumn fold shows twice gives its first showing.
    """
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _wall(zone, instant) == wall:
        return instant
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)  # PEP 495: swapped in a gap
    return _end_of_gap(zone, wall, before, instant)


def last_instant(zone: ZoneInfo, wall: datetime) -> datetime:
    """As ``first_instant``, but the last showing of a time that the fold shows twice."""
    instant = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return instant if _wall(zone, instant) == wall else first_instant(zone, wall)


def midnight(zone: ZoneInfo, day: date) -> datetime:
    """The instant (UTC) at which ``day`` begins in ``zone``."""
    return first_instant(zone, datetime.combine(day, time()))


def local_day(zone: ZoneInfo, instant: datetime) -> date:
    """The date that calendars in ``zone`` show at ``instant`` (aware)."""
    return instant.astimezone(zone).date()


def standard_offset(zone: ZoneInfo, day: date) -> timedelta:
    """How far the zone's clocks are ahead of UTC in the year of ``day`` outside summer time.

    It is the smaller of the offsets of January and July, so that one grid of hours holds for the
    whole year even where summer time is half an hour (Australia/Lord_Howe).
    """
    return min(
        _offset(datetime(day.year, 1, 1, tzinfo=zone)),
        _offset(datetime(day.year, 7, 1, tzinfo=zone)),
    )


def _end_of_gap(zone: ZoneInfo, wall: datetime, before: datetime, after: datetime) -> datetime:
    """The first second in (before, after] at which the clocks show ``wall`` or later."""
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _wall(zone, before + middle * _SECOND) < wall:
            low = middle
        else:
            high = middle
    return before + high * _SECOND


def _wall(zone: ZoneInfo, instant: datetime) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def _offset(moment: datetime) -> timedelta:
    offset = moment.utcoffset()
    assert offset is not None  # a ZoneInfo always has one
    return offset
