"""The quiet hours of a list: set and taken away, also while a campaign is sent."""

from datetime import datetime

from digest.domain.quiet_hours import QuietHours, WhoseClock
from digest.schedule.quiet import parse_quiet_hours, spell_quiet_hours
from digest.store import audit
from digest.store.engine import Database
from digest.store.holds import release_batches, release_quiet_rows
from digest.store.lists import find_list


def set_quiet_hours(
    db: Database, slug: str, text: str | None, *, by: WhoseClock, now: datetime, actor: str
) -> str | None:
    """Let a list send nothing at ``22:00-06:00``, by the list's clocks or each reader's; None
    takes quiet hours away. What waits is looked at again. Gives the hours as they are kept."""
    hours = parse_quiet_hours(text, by) if text else None
    with db.begin() as session:
        mailing_list = find_list(session, slug)
        before, mailing_list.quiet_hours = mailing_list.quiet_hours, hours
        release_quiet_rows(session, now, mailing_list.id)
        release_batches(session, now, mailing_list.id)
        audit.record(
            session,
            now=now,
            actor=actor,
            action="quiet hours",
            noun="mailing_list",
            noun_id=mailing_list.id,
            before={"quiet_hours": _shown(before)},
            after={"quiet_hours": _shown(hours)},
        )
    return _shown(hours)


def _shown(hours: QuietHours | None) -> str | None:
    return f"{spell_quiet_hours(hours)} by the {hours.by}'s clocks" if hours else None
