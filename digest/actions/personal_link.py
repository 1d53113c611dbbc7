"""The link to all that is kept about a person: mailed to their own mailbox, and good for a day.

A mail may be passed on, so the link at its foot lets its holder choose and leave, and no more. Who
wants to see, move or erase has to be able to read the person's mail.
"""

from datetime import datetime, timedelta
from uuid import UUID

from digest.audience.greeting import greeting
from digest.domain.errors import NotFound
from digest.domain.states import GreetingKind
from digest.store.engine import Database, Session
from digest.store.greetings import Greeting, latest_greeting
from digest.store.subscribers import Subscriber, get_subscription, whole_subscriber

LASTS = timedelta(days=1)
_AGAIN_AFTER = timedelta(hours=1)


def ask_personal_link(db: Database, subscriber_id: UUID, list_id: UUID, *, now: datetime) -> None:
    """Have the link mailed; once an hour, however often somebody asks."""
    with db.begin() as session:
        place = get_subscription(session, subscriber_id, list_id)
        if place is None or place.subscriber.address is None:
            raise NotFound("There is no such subscription.")
        last = latest_greeting(session, subscriber_id, GreetingKind.LINK)
        if last is None or last.created_at <= now - _AGAIN_AFTER:
            session.add(greeting(place, GreetingKind.LINK, now))


def behind_link(session: Session, greeting_id: UUID) -> tuple[Greeting, Subscriber]:
    """The mail that held a link, and whom it was sent to; ``NotFound`` once the address has
    changed or the person was erased."""
    row = session.get(Greeting, greeting_id)
    subscriber = whole_subscriber(session, row.subscriber_id) if row is not None else None
    if row is None or subscriber is None or subscriber.address is None:
        raise NotFound("This link leads nowhere any more.")
    return row, subscriber
