"""Move a list to another time zone: its cadences are by the clocks there from now on."""

from datetime import datetime

from digest.clock import zone
from digest.store import audit
from digest.store.engine import Database
from digest.store.lists import find_list
from digest.store.runs import drop_planned


def change_zone(db: Database, slug: str, timezone: str, *, now: datetime, actor: str) -> None:
    """Give a list another zone; runs that were only planned are planned anew. ``Illegal`` where
    there is no such zone."""
    zone(timezone)
    with db.begin() as session:
        mailing_list = find_list(session, slug)
        before, mailing_list.timezone = mailing_list.timezone, timezone
        if before == timezone:
            return
        for cadence in mailing_list.cadences:
            cadence.since = max(cadence.since, now)
            drop_planned(session, mailing_list.id, cadence.stream)
        audit.record(
            session,
            now=now,
            actor=actor,
            action="moved",
            noun="mailing_list",
            noun_id=mailing_list.id,
            before={"timezone": before},
            after={"timezone": timezone},
        )
