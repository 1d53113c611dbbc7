"""Claims: how a sender takes deliveries, in one short transaction."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, and_, case, func, literal, select, update
from sqlalchemy.orm import Session

from digest.domain.delivery import Claimed
from digest.domain.ids import message_key
from digest.domain.states import (
    CLAIMABLE_DELIVERY_STATES,
    CampaignState,
    DeliveryState,
    SubscriptionState,
)
from digest.store.base import UtcDateTime
from digest.store.campaigns import Batch, Campaign, tally
from digest.store.deliveries import Delivery, in_batch
from digest.store.engine import db_now
from digest.store.subscribers import Subscriber, Subscription
from digest.store.suppressions import Suppression


def claim_window(
    session: Session,
    *,
    campaign_id: UUID,
    owner: UUID,
    now: datetime,
    size: int,
    lease_seconds: float,
    key_id: UUID | None = None,
) -> list[Claimed]:
    """Take up to ``size`` due deliveries of one batch, for as long as the lease runs.

    ``key_id`` names the keys that sign first tries; a second try keeps those of its first.

    Whoever was suppressed or left since the roster was frozen is finished here, unsent. An empty
    answer means that nothing is due, or that the campaign is not sending.
    """
    empty: set[UUID] = set()
    while (batch := _due_batch(session, campaign_id, now)) is not None and batch.id not in empty:
        rows = session.execute(_due_rows(batch, now, size)).all()
        if not rows:
            empty.add(batch.id)
        window = _take(session, batch, rows, owner, now, lease_seconds, key_id)
        if len(rows) < size:
            batch.next_at = _earliest_due(session, batch)
            session.flush()
        if window:
            return window
    return []


def _take(
    session: Session,
    batch: Batch,
    rows: Sequence[Any],
    owner: UUID,
    now: datetime,
    lease_seconds: float,
    key_id: UUID | None,
) -> list[Claimed]:
    """Claim those of a batch's due rows who may be mailed, and finish the others."""
    barred = {row.id: why for row in rows if (why := _barred(row, now))}
    taken = [row.id for row in rows if row.id not in barred]
    if taken:
        _mark_claimed(session, taken, owner, now, lease_seconds, key_id)
    for why in set(barred.values()):
        _close(session, [key for key, value in barred.items() if value == why], why)
    changes = Counter({DeliveryState.SENDING: len(taken), DeliveryState.SUPPRESSED: len(barred)})
    changes.subtract(Counter(row.state for row in rows))
    tally(session, batch.id, changes)
    return [_as_claimed(row, batch.id, now, key_id) for row in rows if row.id not in barred]


def _due_batch(session: Session, campaign_id: UUID, now: datetime) -> Batch | None:
    due = (
        select(Batch)
        .join(Campaign, Campaign.id == Batch.campaign_id)
        .where(
            Batch.campaign_id == campaign_id,
            Batch.next_at <= now,
            Campaign.state == CampaignState.SENDING,
        )
        .order_by(Batch.position)
        .limit(1)
        .with_for_update(skip_locked=True, of=Batch)
    )
    return session.scalar(due)


def _due_rows(batch: Batch, now: datetime, size: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Delivery.id,
            Delivery.state,
            Delivery.campaign_id,
            Delivery.subscriber_id,
            Delivery.rendition_id,
            Delivery.address,
            Delivery.first_try_at,
            Delivery.key_id,
            Delivery.tries,
            Delivery.doubts,
            Suppression.reason.label("suppressed"),
            Subscriber.erased_at,
            Subscription.state.label("subscription"),
            Subscription.paused_until,
        )
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .join(Campaign, Campaign.id == Delivery.campaign_id)
        .outerjoin(
            Subscription,
            and_(
                Subscription.subscriber_id == Delivery.subscriber_id,
                Subscription.list_id == Campaign.list_id,
            ),
        )
        .outerjoin(Suppression, Suppression.address_hash == Subscriber.address_hash)
        .where(
            in_batch(batch),
            Delivery.state.in_(CLAIMABLE_DELIVERY_STATES),
            Delivery.next_at <= now,
        )
        .order_by(Delivery.id)
        .limit(size)
        .with_for_update(skip_locked=True, of=Delivery)
    )


def _barred(row: Any, now: datetime) -> str | None:
    """Why this person must not be mailed after all."""
    if row.suppressed is not None:
        return f"suppressed: {row.suppressed}"
    if row.erased_at is not None:
        return "erased"
    if row.subscription is SubscriptionState.CONFIRMED:
        return None
    if row.subscription is SubscriptionState.PAUSED:
        back = row.paused_until is not None and row.paused_until <= now
        return None if back else "paused"
    return "unsubscribed"


def _mark_claimed(
    session: Session,
    ids: Sequence[UUID],
    owner: UUID,
    now: datetime,
    lease_seconds: float,
    key_id: UUID | None,
) -> None:
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(ids))
        .values(
            state=DeliveryState.SENDING,
            owner=owner,
            lease_until=db_now(lease_seconds),
            claims=Delivery.claims + 1,
            key_id=case(
                (Delivery.first_try_at.is_(None), literal(key_id, Uuid())), else_=Delivery.key_id
            ),
            first_try_at=func.coalesce(Delivery.first_try_at, literal(now, UtcDateTime())),
        )
    )


def _close(session: Session, ids: Sequence[UUID], reason: str) -> None:
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(ids))
        .values(state=DeliveryState.SUPPRESSED, reason=reason)
    )


def _earliest_due(session: Session, batch: Batch) -> datetime | None:
    waiting = select(func.min(Delivery.next_at)).where(
        in_batch(batch), Delivery.state.in_(CLAIMABLE_DELIVERY_STATES)
    )
    return session.scalar(waiting)


def _as_claimed(row: Any, batch_id: UUID, now: datetime, key_id: UUID | None) -> Claimed:
    return Claimed(
        id=row.id,
        batch_id=batch_id,
        subscriber_id=row.subscriber_id,
        rendition_id=row.rendition_id,
        address=row.address,
        message_key=message_key(row.campaign_id, row.subscriber_id),
        first_try_at=row.first_try_at or now,
        key_id=row.key_id if row.first_try_at else key_id,
        tries=row.tries,
        doubts=row.doubts,
    )
