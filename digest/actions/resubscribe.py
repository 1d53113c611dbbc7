"""Undo leaving, for someone who left by themselves a short while ago."""

from datetime import datetime
from uuid import UUID

from digest.actions.unsubscribe import BY_SUBSCRIBER
from digest.audience.membership import Left, come_back, hold, may_return, snapshot
from digest.domain.errors import Illegal, NotFound
from digest.store.audit import record
from digest.store.engine import Database, Session
from digest.store.subscribers import Subscription, get_subscription, subscriber_or_none
from digest.store.suppressions import get_suppression


def resubscribe(
    db: Database,
    subscriber_id: UUID,
    list_id: UUID,
    *,
    now: datetime,
    actor: str = BY_SUBSCRIBER,
) -> None:
    """Bring somebody back to a list they left, and to all that they left in the same act.

    Does nothing where they are on the list. ``Illegal`` where the link is not enough for it.
    """
    with db.begin() as session:
        place = get_subscription(session, subscriber_id, list_id)
        if place is None:
            raise NotFound("There is no such subscription.")
        hold(session, place)
        if place.ended_at is None:
            return
        kept = get_suppression(session, place.subscriber.address_hash)
        if not may_return(place, kept.reason if kept else None, now):
            raise Illegal("This subscription can't be taken up again from here; subscribe anew.")
        if kept is not None:
            session.delete(kept)
        for each in _left_together(session, place):
            bring_back(session, each, now, actor)


def _left_together(session: Session, place: Subscription) -> list[Subscription]:
    address = place.subscriber.address
    if place.ended_how != Left.PAGE_ALL or address is None:
        return [place]
    whole = subscriber_or_none(session, address)
    others = whole.subscriptions if whole else []
    act = (place.ended_at, place.ended_how)
    return [other for other in others if (other.ended_at, other.ended_how) == act]


def bring_back(session: Session, place: Subscription, now: datetime, actor: str) -> None:
    """Undo leaving, of a place that is held, and note who did."""
    before = snapshot(place)
    come_back(place, now)
    record(
        session,
        now=now,
        actor=actor,
        action="resubscribed",
        noun="subscription",
        noun_id=place.id,
        before=before,
        after=snapshot(place),
    )
