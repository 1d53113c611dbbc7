"""Whose mail came back: by return path, by Message-ID, by the address alone, in this order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from digest.domain.address import parse_address
from digest.domain.errors import Illegal
from digest.domain.feedback import Evidence, Received
from digest.domain.ids import message_key
from digest.feedback.policy import MAILED_WITHIN
from digest.store.deliveries import Delivery, deliveries_to, get_delivery
from digest.store.engine import Session
from digest.store.subscribers import Subscriber, get_subscriber, subscriber_or_none
from digest.tokens import BadToken, Tokens

_LATEST = 200  # deliveries of a person that are looked through
_MOST_ADDRESSES = 5


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whose mail it was, and what says so. ``delivery_id`` stays where its row was pruned."""

    evidence: Evidence
    delivery_id: UUID | None = None
    delivery: Delivery | None = None
    subscriber: Subscriber | None = None


def named_delivery(tokens: Tokens, received: Received) -> UUID | None:
    """The delivery that the first valid return path names; needs no database."""
    for local_part in received.return_paths:
        try:
            return tokens.read_return_path(local_part)
        except BadToken:
            continue
    return None


def attribute(session: Session, tokens: Tokens, received: Received, now: datetime) -> Attribution:
    """Find the mail and its reader; the surest evidence counts."""
    delivery_id = named_delivery(tokens, received)
    delivery = get_delivery(session, delivery_id) if delivery_id else None
    if delivery is not None:
        return _proven(session, Evidence.RETURN_PATH, delivery)
    people = list(_people(session, received))
    for person in people:
        found = _sent_as(session, person, received.message_keys)
        if found is not None:
            return _proven(session, Evidence.MESSAGE, found)
    if received.return_paths and delivery_id is None:
        return Attribution(Evidence.FORGED)
    return _by_address(session, received, people, delivery_id, now)


def _proven(session: Session, evidence: Evidence, delivery: Delivery) -> Attribution:
    subscriber = get_subscriber(session, delivery.subscriber_id)
    return Attribution(evidence, delivery.id, delivery, subscriber)


def _by_address(
    session: Session,
    received: Received,
    people: list[Subscriber],
    delivery_id: UUID | None,
    now: datetime,
) -> Attribution:
    """Only who was mailed not long ago can bounce. A provider's word needs no such limit."""
    for person in people:
        last = next(iter(deliveries_to(session, person.id, 1)), None)
        if received.is_signed:
            return Attribution(Evidence.PROVIDER, last.id if last else None, last, person)
        if last is not None and last.sent_at and now - last.sent_at <= MAILED_WITHIN:
            return Attribution(Evidence.ADDRESS, delivery_id, None, person)
    return Attribution(Evidence.NONE, delivery_id)


def _people(session: Session, received: Received) -> Iterable[Subscriber]:
    """The subscribers whose addresses the report names."""
    named = [one for finding in received.findings for one in (finding.address, finding.also)]
    for address in list(dict.fromkeys((*named, *received.sent_to)))[:_MOST_ADDRESSES]:
        try:
            person = subscriber_or_none(session, str(parse_address(address or "")))
        except Illegal:
            continue
        if person is not None:
            yield person


def _sent_as(session: Session, person: Subscriber, keys: tuple[str, ...]) -> Delivery | None:
    """The person's mail that had one of these Message-IDs."""
    if not keys:
        return None
    for delivery in deliveries_to(session, person.id, _LATEST):
        if message_key(delivery.campaign_id, person.id).hex in keys:
            return delivery
    return None
