"""Those who have not shown for long that they want a list are asked, and leave if they are silent.

No opening or click is watched: a sign of life is what somebody does on their own page. Off unless
the list wants it.
"""

from datetime import datetime, timedelta

from digest.actions.unsubscribe import end_place
from digest.audience.greeting import greeting
from digest.audience.membership import Left
from digest.domain.states import GreetingKind
from digest.store.engine import Database
from digest.store.lists import lists_with_sunset
from digest.store.subscribers import asked_before, silent_since

ANSWER_WITHIN = timedelta(days=30)
AT_ONCE = 100  # people of a list
ACTOR = "service"


def sunset(db: Database, now: datetime) -> None:
    """One step for each list that wants it: ask some who were silent, let some go."""
    with db.read() as session:
        lists = [
            (one.id, timedelta(days=one.sunset_days or 0)) for one in lists_with_sunset(session)
        ]
    for list_id, patience in lists:
        with db.begin() as session:
            for place in asked_before(session, list_id, now - ANSWER_WITHIN, AT_ONCE):
                end_place(session, place, Left.SUNSET, now, ACTOR)
            for place in silent_since(session, list_id, now - patience, AT_ONCE):
                place.asked_to_stay_at = now
                session.add(greeting(place, GreetingKind.STAY, now))
