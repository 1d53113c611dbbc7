"""Take somebody off a list, or off all of them; it holds from the next claim on."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from digest.audience.greeting import greeting
from digest.audience.membership import Left, hold, leave, snapshot
from digest.domain.errors import NotFound
from digest.domain.states import GreetingKind, SuppressionReason
from digest.store.aftermath import note_left
from digest.store.audit import record
from digest.store.engine import Database, Session
from digest.store.subscribers import Subscription, get_subscription, hold_places, subscriber_or_none
from digest.store.suppressions import suppress

BY_SUBSCRIBER = "subscriber"  # the audit's actor where the link in a mail was used


def unsubscribe(
    db: Database,
    subscriber_id: UUID,
    list_id: UUID,
    *,
    how: Left,
    now: datetime,
    actor: str = BY_SUBSCRIBER,
) -> bool:
    """End one subscription; False where it had ended before. ``NotFound`` where there is none."""
    with db.begin() as session:
        places = hold_places(session, [(subscriber_id, list_id)])
        if not places:
            raise NotFound("There is no such subscription.")
        return bool(_end(session, places, how, now, actor))


def unsubscribe_together(
    db: Database, places: Collection[tuple[UUID, UUID]], *, how: Left, now: datetime
) -> set[tuple[UUID, UUID]]:
    """End many subscriptions (subscriber and list) by their links, all or none; gives those that
    there are, whether or not they had ended before."""
    with db.begin() as session:
        held = hold_places(session, places)
        _end(session, held, how, now, BY_SUBSCRIBER)
        return {(place.subscriber_id, place.list_id) for place in held}


def unsubscribe_all(
    db: Database,
    subscriber_id: UUID,
    list_id: UUID,
    *,
    how: Left,
    now: datetime,
    actor: str = BY_SUBSCRIBER,
) -> int:
    """End all subscriptions of someone who is or was on this list, and suppress the address, so
    that no import brings them back; gives how many ended."""
    with db.begin() as session:
        subscriber = _place(session, subscriber_id, list_id).subscriber
        if subscriber.address is None:
            return 0
        whole = subscriber_or_none(session, subscriber.address)
        places = whole.subscriptions if whole else []
        suppress(
            session,
            address_hash=subscriber.address_hash,
            address=subscriber.address,
            reason=SuppressionReason.UNSUBSCRIBED_ALL,
            now=now,
        )
        return sum(end_place(session, place, how, now, actor) for place in places)


def _place(session: Session, subscriber_id: UUID, list_id: UUID) -> Subscription:
    place = get_subscription(session, subscriber_id, list_id)
    if place is None:
        raise NotFound("There is no such subscription.")
    return place


def end_place(session: Session, place: Subscription, how: Left, now: datetime, actor: str) -> bool:
    """End one subscription in the transaction at hand; False where it had ended before."""
    hold(session, place)
    return bool(_end(session, [place], how, now, actor))


def _end(
    session: Session, held: Sequence[Subscription], how: Left, now: datetime, actor: str
) -> int:
    """End these; gives how many had not ended before."""
    ended = Counter(place.list_id for place in held if _end_one(session, place, how, now, actor))
    for list_id, n in sorted(ended.items()):  # one order for all who count at the same time
        note_left(session, list_id, n)
    return ended.total()


def _end_one(session: Session, place: Subscription, how: Left, now: datetime, actor: str) -> bool:
    before = snapshot(place)
    if not leave(place, how, now):
        return False
    record(
        session,
        now=now,
        actor=actor,
        action="unsubscribed",
        noun="subscription",
        noun_id=place.id,
        before=before,
        after=snapshot(place),
    )
    if place.mailing_list.sends_goodbye and how in (Left.PAGE, Left.ONE_CLICK):
        session.add(greeting(place, GreetingKind.GOODBYE, now))
    return True
