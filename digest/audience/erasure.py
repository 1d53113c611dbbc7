"""Erasing a person: what identifies them goes, what keeps us from mailing them again stays."""

from datetime import datetime

from digest.audience.choices import Choices, write_choices
from digest.audience.membership import Left, leave
from digest.domain.states import SuppressionReason
from digest.store.consents import consents_of
from digest.store.deliveries import deliveries_to
from digest.store.engine import Session
from digest.store.feedback import forget_feedback
from digest.store.greetings import greetings_to
from digest.store.subscribers import Subscriber
from digest.store.suppressions import get_suppression, suppress

_EVERY = 1_000_000  # deliveries: more than anybody ever got


def erase(session: Session, subscriber: Subscriber, now: datetime) -> None:
    """Take address, name and choices off a subscriber and all their deliveries.

    The rows stay, without a name on them, since campaigns have to add up.
    """
    subscriber.address = subscriber.name = subscriber.timezone = None
    subscriber.attributes = {}
    subscriber.erased_at = now
    for place in subscriber.subscriptions:
        leave(place, Left.ERASED, now)
        place.paused_until = None
        write_choices(place, Choices())
    for consent in consents_of(session, [place.id for place in subscriber.subscriptions]):
        consent.origin = consent.network = consent.confirmed_from = None
    for mail in greetings_to(session, subscriber.id):
        session.delete(mail)
    forget_feedback(session, subscriber.id)
    for delivery in deliveries_to(session, subscriber.id, _EVERY):
        delivery.address = f"erased-{subscriber.id}"  # distinct: no two look like copies


def suppress_erased(session: Session, address_hash: str, now: datetime) -> None:
    """Keep the address suppressed by its hash alone, for the reason that there was, if any."""
    suppress(
        session, address_hash=address_hash, address=None, reason=SuppressionReason.ERASED, now=now
    )
    kept = get_suppression(session, address_hash)
    if kept is not None:
        kept.address = kept.note = None
