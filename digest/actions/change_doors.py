"""How people come to a list and go: whether it takes sign-ups, its words, its greetings."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from digest.domain.errors import Illegal
from digest.store import audit
from digest.store.engine import Database
from digest.store.lists import find_list

DOORS = ("takes_signups", "consent_words", "sends_welcome", "sends_goodbye", "sunset_days")
SHORTEST_SUNSET, LONGEST_SUNSET = 90, 3_650  # days


def change_doors(
    db: Database, slug: str, changes: Mapping[str, Any], *, now: datetime, actor: str
) -> dict[str, Any]:
    """Set columns of ``DOORS``; gives how all of them stand. ``Illegal`` for a wait before people
    are asked to stay that is too short or long; None ends it."""
    days = changes.get("sunset_days")
    if days is not None and not SHORTEST_SUNSET <= days <= LONGEST_SUNSET:
        raise Illegal(f"Ask people to stay after {SHORTEST_SUNSET} to {LONGEST_SUNSET} days.")
    with db.begin() as session:
        mailing_list = find_list(session, slug)
        before = {name: getattr(mailing_list, name) for name in changes}
        for name in changes.keys() & set(DOORS):
            setattr(mailing_list, name, changes[name])
        if changes:
            audit.record(
                session,
                now=now,
                actor=actor,
                action="changed sign-ups of",
                noun="mailing_list",
                noun_id=mailing_list.id,
                before=before,
                after=dict(changes),
            )
        return {name: getattr(mailing_list, name) for name in DOORS}
