"""Take back what a piece of feedback did."""

from datetime import datetime
from uuid import UUID

from digest.actions.resubscribe import bring_back
from digest.audience.membership import Left, hold
from digest.domain.errors import Illegal
from digest.domain.feedback import Effect
from digest.domain.states import SubscriptionState, SuppressionReason
from digest.store.aftermath import forget_feedback_on
from digest.store.audit import record
from digest.store.campaigns import find_campaign
from digest.store.deliveries import Delivery, get_delivery
from digest.store.engine import Database, Session
from digest.store.feedback import FeedbackEvent, find_event, void_event
from digest.store.subscribers import get_subscriber, get_subscription
from digest.store.suppressions import get_suppression

_BY_FEEDBACK = {
    SuppressionReason.HARD_BOUNCE,
    SuppressionReason.SOFT_BOUNCES,
    SuppressionReason.COMPLAINT,
}
_DID_NOTHING = {Effect.IGNORED, Effect.REVIEW, Effect.QUARANTINED}


def undo_feedback(db: Database, event_id: UUID, *, now: datetime, actor: str) -> Effect:
    """Lift the suppression, bring back the subscription, let the bounce count no more: whatever
    the event did. ``Illegal`` where it did nothing or was undone before."""
    with db.begin() as session:
        event = find_event(session, event_id)
        if event.effect in _DID_NOTHING:
            raise Illegal(f"This feedback was {event.effect.value}; it changed nothing.")
        if event.undone_at is not None:
            raise Illegal(f"This was undone at {event.undone_at:%Y-%m-%d %H:%M} UTC.")
        event.undone_at = now
        void_event(session, event.id, now)
        delivery = get_delivery(session, event.delivery_id) if event.delivery_id else None
        if delivery is not None:
            forget_feedback_on(session, delivery)
        _lift(session, event)
        if event.effect is Effect.LEFT and delivery is not None:
            _bring_back(session, delivery, now, actor)
        record(
            session,
            now=now,
            actor=actor,
            action="undone",
            noun="feedback_event",
            noun_id=event.id,
            before={"effect": event.effect.value},
        )
        return event.effect


def _lift(session: Session, event: FeedbackEvent) -> None:
    if event.subscriber_id is None or event.effect is Effect.LEFT:
        return
    reader = get_subscriber(session, event.subscriber_id)
    kept = get_suppression(session, reader.address_hash) if reader else None
    if kept is not None and kept.reason in _BY_FEEDBACK and kept.since == event.at:
        session.delete(kept)


def _bring_back(session: Session, delivery: Delivery, now: datetime, actor: str) -> None:
    campaign = find_campaign(session, delivery.campaign_id)
    place = get_subscription(session, delivery.subscriber_id, campaign.list_id)
    if place is None:
        return
    hold(session, place)
    if place.state is SubscriptionState.UNSUBSCRIBED and place.ended_how == Left.MAIL:
        bring_back(session, place, now, actor)
