"""The mails that greet one subscriber: made with what they greet, sent by a worker."""

from datetime import datetime

from digest.domain.states import GreetingKind
from digest.store.greetings import Greeting
from digest.store.subscribers import Subscription


def greeting(
    place: Subscription, kind: GreetingKind, now: datetime, *, folded_hash: str | None = None
) -> Greeting:
    """The row of a mail that is to go out at once; ``folded_hash`` counts against a limit."""
    return Greeting(
        subscriber_id=place.subscriber_id,
        list_id=place.list_id,
        kind=kind,
        folded_hash=folded_hash,
        created_at=now,
        next_at=now,
    )
