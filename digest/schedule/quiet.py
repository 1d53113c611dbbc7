"""Quiet hours by the wall clock: how they are written, and when they end."""

from datetime import datetime, time, timedelta

from digest.clock import zone
from digest.domain.errors import Illegal
from digest.domain.quiet_hours import QuietHours, WhoseClock
from digest.schedule.hours import read_time, spell_time
from digest.schedule.misreading import NotUnderstood
from digest.schedule.walltime import first_instant, last_instant


def parse_quiet_hours(text: str, by: WhoseClock) -> QuietHours:
    """Read ``22:00-06:00``."""
    begins, dash, ends = text.lower().replace("–", "-").partition("-")
    try:
        hours = QuietHours(read_time(begins.strip()), read_time(ends.strip()), by)
    except NotUnderstood as error:
        raise Illegal(f"Quiet hours are written as 22:00-06:00; {error}.") from None
    if not dash or hours.begins == hours.ends:
        raise Illegal("Quiet hours begin and end at different times, as in 22:00-06:00.")
    return hours


def spell_quiet_hours(hours: QuietHours) -> str:
    return f"{spell_time(hours.begins)}-{spell_time(hours.ends)}"


def quiet_until(hours: QuietHours, zone_name: str, now: datetime) -> datetime | None:
    """When quiet hours that reign at ``now`` in a zone end (UTC); None where they don't reign."""
    place = zone(zone_name)
    local = now.astimezone(place)
    minute = 60 * local.hour + local.minute
    if not hours.covers(minute):
        return None
    day = local.date() if minute < hours.ends else local.date() + timedelta(days=1)
    wall = datetime.combine(day, time(hours.ends // 60, hours.ends % 60))
    end = first_instant(place, wall)
    return end if end > now else last_instant(place, wall)  # a time that comes twice in autumn
