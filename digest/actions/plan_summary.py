"""Write down the mails of the daily summary once its hour has come."""

from datetime import datetime, timedelta

from digest.actions.tell_alarm import alarm_addresses
from digest.clock import zone
from digest.schedule.cadence import due_between, parse_cadence
from digest.settings import Settings
from digest.store.engine import Database
from digest.store.lists import all_lists
from digest.store.summaries import is_noted, note_summary

LATEST = timedelta(hours=6)  # later than that a summary waits for the next day's


def plan_summary(db: Database, settings: Settings, now: datetime) -> None:
    """Write down the mails of the day once its hour has come; nothing before there was a list."""
    due = _last_due(settings, now)
    if due is None:
        return
    day = due.astimezone(zone(settings.summary_timezone)).date()
    with db.begin() as session:
        if is_noted(session, day):
            return
        if any(one.created_at < due for one in all_lists(session)):
            note_summary(session, day, due, alarm_addresses(session, settings))


def _last_due(settings: Settings, now: datetime) -> datetime | None:
    """When the newest summary was due; None where that is long ago, or none is wanted."""
    if not settings.summary_at:
        return None
    daily = parse_cadence(f"daily at {settings.summary_at}")
    times = list(due_between(daily, zone(settings.summary_timezone), now - LATEST, now))
    return times[-1] if times else None
