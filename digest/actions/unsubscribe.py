"""Take somebody off a list, or off all of them; it holds from the next claim on."""

from datetime import datetime
from uuid import UUID

from digest.audience.greeting import greeting
from digest.audience.membership import Left, hold, leave, snapshot
from digest.domain.errors import NotFound
from digest.domain.states import GreetingKind, SuppressionReason
from digest.store.aftermath import note_left
from digest.store.audit import record
from digest.store.engine import Database, Session
from digest.store.subscribers import Subscription, get_subscription, hold_place, subscriber_or_none
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
        place = hold_place(session, subscriber_id, list_id)
        if place is None:
            raise NotFound("There is no such subscription.")
        return _end(session, place, how, now, actor)


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
    return _end(session, place, how, now, actor)


def _end(session: Session, place: Subscription, how: Left, now: datetime, actor: str) -> bool:
    before = snapshot(place)
    left = leave(place, how, now)
    if left:
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
        note_left(session, place.list_id)
        if place.mailing_list.sends_goodbye and how in (Left.PAGE, Left.ONE_CLICK):
            session.add(greeting(place, GreetingKind.GOODBYE, now))
    return left
