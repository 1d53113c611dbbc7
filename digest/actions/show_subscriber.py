"""One person's timeline: what they are on, what was sent to them, when, and why not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from digest.actions.list_feedback import Listed, in_short
from digest.audience.membership import snapshot
from digest.domain.address import parse_address
from digest.domain.address_flags import flags_of
from digest.domain.errors import NotFound
from digest.settings import Settings
from digest.store.campaigns import Campaign, campaigns_by_id
from digest.store.deliveries import Delivery, deliveries_to
from digest.store.editions import Title, titles_of
from digest.store.engine import Database, Session
from digest.store.feedback import events_about
from digest.store.subscribers import Subscriber, Subscription, subscriber_or_none, whole_subscriber
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
    list_id: UUID
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
    address: str  # empty once erased
    name: str | None
    language: str
    timezone: str | None
    created_at: datetime
    flags: tuple[str, ...]  # what the address says of itself
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
        return _timeline(session, subscriber, kept, limit)


def show_person(db: Database, subscriber_id: UUID, *, limit: int = 50) -> Timeline:
    """The same by id; an erased person has no address any more."""
    with db.read() as session:
        subscriber = whole_subscriber(session, subscriber_id)
        if subscriber is None:
            raise NotFound(f"There is no subscriber {subscriber_id}.")
        return timeline_of(session, subscriber, limit=limit)


def timeline_of(session: Session, subscriber: Subscriber, *, limit: int) -> Timeline:
    """The same in the transaction at hand."""
    kept = _suppressed(get_suppression(session, subscriber.address_hash))
    return _timeline(session, subscriber, kept, limit)


def _timeline(
    session: Session, subscriber: Subscriber, kept: Suppressed | None, limit: int
) -> Timeline:
    deliveries = deliveries_to(session, subscriber.id, limit)
    campaigns = campaigns_by_id(session, {one.campaign_id for one in deliveries})
    titles = titles_of(session, {one.edition_id for one in campaigns.values()})
    return Timeline(
        subscriber=subscriber.id,
        address=subscriber.address or "",
        name=subscriber.name,
        language=subscriber.language,
        timezone=subscriber.timezone,
        created_at=subscriber.created_at,
        flags=flags_of(subscriber.address or ""),
        suppressed=kept,
        subscriptions=tuple(_subscription(place) for place in subscriber.subscriptions),
        deliveries=tuple(
            _sent_to(one, campaigns[one.campaign_id], titles[campaigns[one.campaign_id].edition_id])
            for one in deliveries
        ),
        feedback=tuple(in_short(event) for event in events_about(session, subscriber.id, limit)),
    )


def _suppressed(kept: Suppression | None) -> Suppressed | None:
    return None if kept is None else Suppressed(kept.reason.value, kept.since, kept.note)


def _subscription(place: Subscription) -> dict[str, Any]:
    return {
        "list": place.mailing_list.slug,
        "list_id": place.list_id,
        **snapshot(place),
        "created_at": place.created_at,
        "confirmed_at": place.confirmed_at,
        "ended_at": place.ended_at,
    }


def _sent_to(delivery: Delivery, campaign: Campaign, title: Title) -> SentTo:
    return SentTo(
        delivery=delivery.id,
        campaign=campaign.id,
        edition=campaign.edition_id,
        list_id=campaign.list_id,
        list=title.list_name,
        number=title.number,
        subject=title.subject,
        state=delivery.state.value,
        reason=delivery.reason,
        reply=delivery.reply,
        feedback=delivery.feedback.value,
        tries=delivery.tries,
        next_at=delivery.next_at,
        sent_at=delivery.sent_at,
    )
