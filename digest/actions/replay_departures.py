"""Do again what a restored database has forgotten: erasures, suppressions, and who left."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from digest.audience.erasure import erase, suppress_erased
from digest.audience.membership import Left, leave
from digest.departures import Departure, Departures, Kind
from digest.domain.states import SuppressionReason
from digest.settings import Settings
from digest.store.audit import newest_entry, record
from digest.store.engine import Database, Session
from digest.store.epoch import read_epoch
from digest.store.subscribers import (
    Subscription,
    address_by_hash,
    hold_subscription,
    whole_subscriber,
)
from digest.store.suppressions import get_suppression, suppress

TOGETHER = 500  # in one transaction


def replay_departures(
    db: Database, settings: Settings, *, now: datetime, actor: str
) -> Mapping[Kind, int]:
    """Apply what is remembered outside the database and not known in it; gives how many of each.

    Safe to repeat. Whoever came back after they left stays.
    """
    with db.read() as session:
        epoch = read_epoch(session)
        newest = newest_entry(session)
    known_until = epoch.restored_from or (newest.at if newest else None)
    remembered = Departures(settings, epoch.database_id).remembered()
    done: Counter[Kind] = Counter()
    for start in range(0, len(remembered), TOGETHER):
        with db.begin() as session:
            for one in remembered[start : start + TOGETHER]:
                is_later = known_until is None or one.at >= known_until
                if _REPLAY[one.kind](session, one, is_later):
                    done[one.kind] += 1
                    _record(session, one, now, actor)
    return done


def _erase(session: Session, one: Departure, is_later: bool) -> bool:
    subscriber = whole_subscriber(session, UUID(one.how)) if one.how else None
    if subscriber is None:
        if not is_later or get_suppression(session, one.key) is not None:
            return False
        suppress_erased(session, one.key, one.at)
        return True
    if subscriber.erased_at is not None:
        return False
    suppress_erased(session, one.key, one.at)
    erase(session, subscriber, one.at)
    return True


def _suppress(session: Session, one: Departure, is_later: bool) -> bool:
    if not is_later or get_suppression(session, one.key) is not None:
        return False
    suppress(
        session,
        address_hash=one.key,
        address=address_by_hash(session, one.key),
        reason=SuppressionReason(one.how),
        now=one.at,
    )
    return True


def _leave(session: Session, one: Departure, is_later: bool) -> bool:  # noqa: ARG001 - as the others
    place = hold_subscription(session, UUID(one.key))
    if place is None or _last_yes(place) >= one.at:
        return False
    return leave(place, Left(one.how), one.at)


def _last_yes(place: Subscription) -> datetime:
    """When they last said that they want the list, as far as is known."""
    return max(filter(None, (place.created_at, place.confirmed_at, place.alive_at)))


_REPLAY = {Kind.ERASED: _erase, Kind.SUPPRESSED: _suppress, Kind.LEFT: _leave}
_NOUNS = {Kind.ERASED: "suppression", Kind.SUPPRESSED: "suppression", Kind.LEFT: "subscription"}


def _record(session: Session, one: Departure, now: datetime, actor: str) -> None:
    record(
        session,
        now=now,
        actor=actor,
        action=f"replayed: {one.kind}",
        noun=_NOUNS[one.kind],
        noun_id=one.key,
        after={"at": one.at.isoformat(), "how": one.how},
    )
