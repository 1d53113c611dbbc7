"""Believe a piece of feedback that was kept for review."""

from datetime import datetime
from uuid import UUID

from digest.actions.feedback_effects import Case, apply_effect
from digest.domain.errors import Illegal
from digest.domain.feedback import Effect, Evidence
from digest.feedback.policy import decide_effect
from digest.store.audit import record
from digest.store.deliveries import deliveries_to
from digest.store.engine import Database
from digest.store.feedback import find_event
from digest.store.subscribers import get_subscriber


def accept_feedback(db: Database, event_id: UUID, *, now: datetime, actor: str) -> Effect:
    """Do what the event would have done, had it been proven; it is taken to be about the latest
    mail to that person. ``Illegal`` where it does not wait for review, or names nobody."""
    with db.begin() as session:
        event = find_event(session, event_id)
        if event.effect is not Effect.REVIEW:
            raise Illegal(f"This feedback was {event.effect.value}; it does not wait for review.")
        reader = get_subscriber(session, event.subscriber_id) if event.subscriber_id else None
        if reader is None or not event.findings:
            raise Illegal("This feedback names no subscriber; use `digest suppression add`.")
        finding = event.findings[0]
        event.effect = decide_effect(finding, Evidence.PROVIDER)
        event.at = now
        delivery = next(iter(deliveries_to(session, reader.id, 1)), None)
        event.delivery_id = delivery.id if delivery else None
        apply_effect(event.effect, Case(session, event.id, finding, delivery, reader, now))
        record(
            session,
            now=now,
            actor=actor,
            action="accepted",
            noun="feedback_event",
            noun_id=event.id,
            after={"effect": event.effect.value},
        )
        return event.effect
