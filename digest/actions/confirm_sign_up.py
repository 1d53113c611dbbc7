"""Confirm a sign-up: whoever holds the link of our mail says that it was them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from digest.actions.unsubscribe import BY_SUBSCRIBER
from digest.audience.greeting import greeting
from digest.audience.masking import mask
from digest.audience.membership import confirm, hold, snapshot
from digest.audience.sign_up import REQUEST_LASTS, network_of
from digest.domain.errors import NotFound
from digest.domain.states import GreetingKind, SuppressionReason
from digest.store.audit import record
from digest.store.consents import confirm_consents, open_requests
from digest.store.engine import Database, Session
from digest.store.subscribers import Subscriber, Subscription, whole_subscriber
from digest.store.suppressions import get_suppression


@dataclass(frozen=True, slots=True)
class Waiting:
    """A list that was asked for and is not confirmed."""

    list_id: UUID
    name: str
    accent_color: str
    postal_address: str


@dataclass(frozen=True, slots=True)
class Requests:
    """All that somebody asked for, and whose it is."""

    masked_address: str
    lists: Sequence[Waiting]


def show_requests(db: Database, subscriber_id: UUID, *, now: datetime) -> Requests:
    """What waits for confirmation; ``NotFound`` where nobody is there any more."""
    with db.read() as session:
        subscriber = _subscriber(session, subscriber_id)
        places = open_requests(session, subscriber_id, now - REQUEST_LASTS)
        return Requests(mask(subscriber.address), [_waiting(place) for place in places])


def confirm_sign_up(
    db: Database,
    subscriber_id: UUID,
    list_ids: Collection[UUID],
    *,
    client: str,
    now: datetime,
) -> Sequence[Waiting]:
    """Confirm those of the lists that were asked for; gives them. Doing it twice does no harm."""
    with db.begin() as session:
        subscriber = _subscriber(session, subscriber_id)
        places = [
            place
            for place in open_requests(session, subscriber_id, now - REQUEST_LASTS)
            if place.list_id in list_ids
        ]
        if places:
            _lift(session, subscriber)
        for place in places:
            _confirm(session, place, network_of(client), now)
        return [_waiting(place) for place in places]


def _subscriber(session: Session, subscriber_id: UUID) -> Subscriber:
    found = whole_subscriber(session, subscriber_id)
    if found is None or found.address is None:
        raise NotFound("There is nothing to confirm any more.")
    return found


def _lift(session: Session, subscriber: Subscriber) -> None:
    """Who left all lists and asks for one again is no longer kept from mail."""
    kept = get_suppression(session, subscriber.address_hash)
    if kept is not None and kept.reason is SuppressionReason.UNSUBSCRIBED_ALL:
        session.delete(kept)


def _confirm(session: Session, place: Subscription, network: str | None, now: datetime) -> None:
    hold(session, place)
    before = snapshot(place)
    confirm(place, now)
    since = now - REQUEST_LASTS
    confirm_consents(session, place.id, since=since, now=now, network=network)
    if place.mailing_list.sends_welcome:
        session.add(greeting(place, GreetingKind.WELCOME, now))
    record(
        session,
        now=now,
        actor=BY_SUBSCRIBER,
        action="confirmed",
        noun="subscription",
        noun_id=place.id,
        before=before,
        after=snapshot(place),
    )


def _waiting(place: Subscription) -> Waiting:
    found = place.mailing_list
    return Waiting(found.id, found.name, found.accent_color, found.postal_address)
