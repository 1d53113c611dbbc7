"""People who come with a list from another service and are not to get it: who left there stays
away here; and the consents of those who are to get it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import exists, select, update

from digest.domain.edition import Variant
from digest.domain.ids import uuid7
from digest.domain.states import ConsentHow, SubscriptionState
from digest.store.consents import Consent
from digest.store.engine import Session, insert_for
from digest.store.subscribers import Subscriber, Subscription
from digest.store.suppressions import Suppression


class Parting(StrEnum):
    """What an import does for one person who left elsewhere, or got no mail from there."""

    BARRED = "newly_suppressed"
    KEPT_AWAY = "kept_away"  # was unknown on this list: no import brings them to it
    TAKEN_OFF = "taken_off"  # an import had put them on it
    KNOWN = "known_as_gone"  # suppressed or gone before, or asked for this list here


class Leaver(NamedTuple):
    """Somebody who left a list elsewhere."""

    address: str  # a roster key
    address_hash: str
    ended_at: datetime


class Proof(NamedTuple):
    """That somebody asked for a list elsewhere, and confirmed it."""

    address: str  # a roster key
    asked_at: datetime
    network: str | None
    confirmed_at: datetime
    confirmed_from: str | None
    origin: str


def keep_away(
    session: Session, list_id: UUID, language: str, leavers: Sequence[Leaver], *, how: str
) -> Counter[Parting]:
    """Let these have left a list; who is suppressed, or asked for it here, stays as they are."""
    ids = _with_ids(session, language, leavers)
    fates = Counter(
        {
            Parting.KEPT_AWAY: _add_ended(session, list_id, language, ids, how),
            Parting.TAKEN_OFF: _end(session, list_id, ids, how),
        }
    )
    fates[Parting.KNOWN] = len(leavers) - fates.total()
    return fates


def _with_ids(session: Session, language: str, leavers: Sequence[Leaver]) -> dict[UUID, Leaver]:
    """Those who are not suppressed, each with an id. Who was erased stays so."""
    hashes = [one.address_hash for one in leavers]
    barred = set(
        session.scalars(
            select(Suppression.address_hash).where(Suppression.address_hash.in_(hashes))
        )
    )
    free = {one.address: one for one in leavers if one.address_hash not in barred}
    if not free:
        return {}
    rows = [
        {
            "id": uuid7(),
            "address": one.address,
            "address_hash": one.address_hash,
            "language": language,
            "attributes": {},
            "created_at": one.ended_at,
        }
        for one in free.values()
    ]
    session.execute(insert_for(session, Subscriber).values(rows).on_conflict_do_nothing())
    found = select(Subscriber.id, Subscriber.address).where(Subscriber.address.in_(free))
    return {person_id: free[address] for person_id, address in session.execute(found) if address}


def _add_ended(
    session: Session, list_id: UUID, language: str, ids: dict[UUID, Leaver], how: str
) -> int:
    if not ids:
        return 0
    variant = Variant((), language, False).key
    rows = [
        {
            "id": uuid7(),
            "subscriber_id": person_id,
            "list_id": list_id,
            "state": SubscriptionState.UNSUBSCRIBED,
            "variant": variant,
            "created_at": one.ended_at,
            "ended_at": one.ended_at,
            "ended_how": how,
        }
        for person_id, one in ids.items()
    ]
    new = insert_for(session, Subscription).values(rows).on_conflict_do_nothing()
    return len(session.scalars(new.returning(Subscription.id)).all())


def _end(session: Session, list_id: UUID, ids: dict[UUID, Leaver], how: str) -> int:
    """End places that an import made. Who asked here, or did anything on their own page, is newer
    than any export."""
    asked_here = exists().where(
        Consent.subscription_id == Subscription.id,
        Consent.how != ConsentHow.IMPORT,
        Consent.confirmed_at.is_not(None),
    )
    is_theirs = (
        Subscription.list_id == list_id,
        Subscription.state != SubscriptionState.UNSUBSCRIBED,
        Subscription.alive_at.is_(None),
        ~asked_here,
    )
    theirs = select(Subscription.subscriber_id).where(Subscription.subscriber_id.in_(ids))
    ended = 0
    for person_id in session.scalars(theirs.where(*is_theirs)).all():
        left = (
            update(Subscription)
            .where(Subscription.subscriber_id == person_id, *is_theirs)
            .values(
                state=SubscriptionState.UNSUBSCRIBED,
                ended_at=ids[person_id].ended_at,
                ended_how=how,
                paused_until=None,
            )
            .returning(Subscription.id)
            .execution_options(synchronize_session=False)
        )
        ended += len(session.scalars(left).all())
    return ended


def keep_proofs(session: Session, list_id: UUID, proofs: Sequence[Proof]) -> None:
    """Keep the consents of those who get the list now and of whom none is kept."""
    given = {one.address: one for one in proofs}
    found = (
        select(Subscription.id, Subscriber.address)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(
            Subscriber.address.in_(given),
            Subscription.list_id == list_id,
            Subscription.state == SubscriptionState.CONFIRMED,
            ~exists().where(Consent.subscription_id == Subscription.id),
        )
    )
    for place_id, address in session.execute(found).all():
        if address is not None:
            session.add(_consent(place_id, given[address]))


def _consent(place_id: UUID, proof: Proof) -> Consent:
    return Consent(
        subscription_id=place_id,
        asked_at=proof.asked_at,
        how=ConsentHow.IMPORT,
        words="",
        origin=proof.origin,
        network=proof.network,
        confirmed_at=proof.confirmed_at,
        confirmed_from=proof.confirmed_from,
    )
