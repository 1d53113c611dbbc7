"""One person's timeline: what they are on, what was sent to them, when, and why not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from digest.actions.list_feedback import Listed, in_short
from digest.audience.membership import snapshot
from digest.domain.address import parse_address
from digest.domain.errors import NotFound
from digest.settings import Settings
from digest.store.campaigns import find_campaign
from digest.store.deliveries import Delivery, deliveries_to
from digest.store.editions import find_edition
from digest.store.engine import Database, Session
from digest.store.feedback import events_about
from digest.store.subscribers import Subscriber, Subscription, subscriber_or_none
from digest.store.suppressions import Suppression, get_suppression
from digest.tokens import hash_address


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Why and since when an address gets no mail."""

    reason: str
    since: datetime
    note: str | None


@dataclass(frozen=True, slots=True)
class SentTo:
    """One delivery of the timeline."""

    delivery: UUID
    campaign: UUID
    edition: UUID
    list: str
    number: int
    subject: str
    state: str
    reason: str | None
    reply: str | None
    feedback: str
    tries: int
    next_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that ``digest subscriber show`` says; ``deliveries`` are newest first."""

    subscriber: UUID
    address: str
    name: str | None
    language: str
    timezone: str | None
    created_at: datetime
    suppressed: Suppressed | None
    subscriptions: tuple[dict[str, Any], ...]
    deliveries: tuple[SentTo, ...]
    feedback: tuple[Listed, ...]  # what came back, newest first


def show_subscriber(db: Database, settings: Settings, address: str, *, limit: int = 50) -> Timeline:
    """The person's subscriptions and latest ``limit`` deliveries.

    ``NotFound`` where there is no such subscriber; it says so where the address is suppressed.
    """
    key = str(parse_address(address))
    with db.read() as session:
        kept = _suppressed(get_suppression(session, hash_address(settings, key)))
        subscriber = subscriber_or_none(session, key)
        if subscriber is None:
            also = f"; the address is suppressed: {kept.reason}, since {kept.since}" if kept else ""
            raise NotFound(f"There is no subscriber {key}{also}.")
        return _timeline(session, subscriber, key, kept, limit)


def _timeline(
    session: Session, subscriber: Subscriber, address: str, kept: Suppressed | None, limit: int
) -> Timeline:
    return Timeline(
        subscriber=subscriber.id,
        address=address,
        name=subscriber.name,
        language=subscriber.language,
        timezone=subscriber.timezone,
        created_at=subscriber.created_at,
        suppressed=kept,
        subscriptions=tuple(_subscription(place) for place in subscriber.subscriptions),
        deliveries=tuple(
            _sent_to(session, delivery) for delivery in deliveries_to(session, subscriber.id, limit)
        ),
        feedback=tuple(in_short(event) for event in events_about(session, subscriber.id, limit)),
    )


def _suppressed(kept: Suppression | None) -> Suppressed | None:
    return None if kept is None else Suppressed(kept.reason.value, kept.since, kept.note)


def _subscription(place: Subscription) -> dict[str, Any]:
    return {
        "list": place.mailing_list.slug,
        **snapshot(place),
        "created_at": place.created_at,
        "confirmed_at": place.confirmed_at,
        "ended_at": place.ended_at,
    }


def _sent_to(session: Session, delivery: Delivery) -> SentTo:
    campaign = find_campaign(session, delivery.campaign_id)
    edition = find_edition(session, campaign.edition_id)
    return SentTo(
        delivery=delivery.id,
        campaign=campaign.id,
        edition=edition.id,
        list=edition.content.list_name,
        number=edition.number,
        subject=edition.content.subject,
        state=delivery.state.value,
        reason=delivery.reason,
        reply=delivery.reply,
        feedback=delivery.feedback.value,
        tries=delivery.tries,
        next_at=delivery.next_at,
        sent_at=delivery.sent_at,
    )
