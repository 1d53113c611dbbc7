"""Ask that somebody gets an edition once more: "I deleted it, please send it again"."""

from datetime import datetime, timedelta
from uuid import UUID

from digest.domain.errors import Illegal
from digest.domain.states import DeliveryState, SubscriptionState
from digest.store import audit
from digest.store.campaigns import find_campaign
from digest.store.copies import ExtraCopy, copies_of, find_delivery
from digest.store.deliveries import Delivery
from digest.store.engine import Database, Session
from digest.store.subscribers import get_subscription
from digest.store.suppressions import get_suppression

FRESH = timedelta(days=7)  # an older edition is no news
APART = timedelta(hours=1)  # between two copies of the same mail
REPEATABLE = (DeliveryState.SENT, DeliveryState.FAILED)


def ask_copy(db: Database, delivery_id: UUID, *, now: datetime, actor: str) -> UUID:
    """Have a worker send the mail of a delivery once more; gives the subscriber's id.

    ``Illegal`` says why not: the person left, is suppressed, or had a copy just now.
    """
    with db.begin() as session:
        delivery = find_delivery(session, delivery_id)
        _check(session, delivery, now)
        copy = ExtraCopy(delivery_id=delivery.id, asked_at=now, asked_by=actor)
        session.add(copy)
        session.flush()
        audit.record(
            session,
            now=now,
            actor=actor,
            action="sent again",
            noun="delivery",
            noun_id=delivery.id,
            after={"copy": str(copy.id)},
        )
        return delivery.subscriber_id


def why_not(session: Session, delivery: Delivery) -> str | None:
    """Why this person must not get this mail, or None."""
    list_id = find_campaign(session, delivery.campaign_id).list_id
    place = get_subscription(session, delivery.subscriber_id, list_id)
    if place is None or place.state is not SubscriptionState.CONFIRMED:
        return "the subscription is not confirmed any more"
    suppression = get_suppression(session, place.subscriber.address_hash)
    return f"the address is suppressed ({suppression.reason})" if suppression else None


def _check(session: Session, delivery: Delivery, now: datetime) -> None:
    if delivery.state not in REPEATABLE or delivery.rendition_id is None:
        raise Illegal(
            f"This delivery is {delivery.state}; only a sent or failed one can be repeated."
        )
    if delivery.first_try_at is None or now - delivery.first_try_at > FRESH:
        raise Illegal(f"This mail is older than {FRESH.days} days; it is not sent again.")
    if reason := why_not(session, delivery):
        raise Illegal(f"It can't be sent: {reason}.")
    copies = copies_of(session, [delivery.id])
    if copies and now - copies[0].asked_at < APART:
        raise Illegal("A copy was asked for within the last hour.")
