"""Claim, renew and flush: how a sender takes deliveries and gives them back, each one short
transaction."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, String, Uuid, and_, column, func, literal, select, update
from sqlalchemy.orm import Session

from digest.domain.delivery import Claimed, Outcome
from digest.domain.ids import message_key
from digest.domain.states import (
    CLAIMABLE_DELIVERY_STATES,
    OPEN_DELIVERY_STATES,
    CampaignState,
    DeliveryState,
    SubscriptionState,
)
from digest.store.base import UtcDateTime
from digest.store.campaigns import Batch, Campaign, bring_forward, lock_batches, tally
from digest.store.deliveries import Delivery, in_batch
from digest.store.engine import db_now
from digest.store.rows import rows_table
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
) -> list[Claimed]:
    """Take up to ``size`` due deliveries of one batch, for as long as the lease runs.

    Whoever was suppressed or left since the roster was frozen is finished here, unsent. An empty
    answer means that nothing is due, or that the campaign is not sending.
    """
    seen: set[UUID] = set()
    batch = _due_batch(session, campaign_id, now)
    while batch is not None and batch.id not in seen:
        seen.add(batch.id)
        window = _claim_of(session, batch, owner, now, size, lease_seconds)
        if window:
            return window
        batch = _due_batch(session, campaign_id, now)
    return []


def _claim_of(
    session: Session, batch: Batch, owner: UUID, now: datetime, size: int, lease_seconds: float
) -> list[Claimed]:
    """The due rows of one batch; where there are no more, it says when it is due next."""
    rows = session.execute(_due_rows(batch, now, size)).all()
    barred = {row.id: why for row in rows if (why := _barred(row, now))}
    taken = [row.id for row in rows if row.id not in barred]
    if taken:
        _mark_claimed(session, taken, owner, now, lease_seconds)
    for why in set(barred.values()):
        _close(session, [key for key, value in barred.items() if value == why], why)
    changes = Counter({DeliveryState.SENDING: len(taken), DeliveryState.SUPPRESSED: len(barred)})
    changes.subtract(Counter(row.state for row in rows))
    tally(session, batch.id, changes)
    if len(rows) < size:
        batch.next_at = _earliest_due(session, batch)
        session.flush()
    return [_as_claimed(row, batch.id, now) for row in rows if row.id not in barred]


def flush_outcomes(
    session: Session, owner: UUID, outcomes: Sequence[tuple[Claimed, Outcome]]
) -> set[UUID]:
    """Record what became of claimed deliveries; gives the ids that were still ours.

    The others were taken from us when our lease ran out: their rows stay as they are.
    """
    lock_batches(session, {claimed.batch_id for claimed, _ in outcomes})
    recorded = set(session.scalars(_record(session, owner, outcomes))) if outcomes else set()
    for batch_id in {claimed.batch_id for claimed, _ in outcomes}:
        ours = [
            (claimed, outcome)
            for claimed, outcome in outcomes
            if claimed.batch_id == batch_id and claimed.id in recorded
        ]
        _settle(session, batch_id, ours)
    return recorded


def _settle(session: Session, batch_id: UUID, ours: Sequence[tuple[Claimed, Outcome]]) -> None:
    """Bring a batch's tallies and its next due time up to date."""
    changes = Counter(outcome.state for _, outcome in ours)
    changes[DeliveryState.SENDING] -= len(ours)
    newly = sum(outcome.in_doubt and claimed.doubts == 0 for claimed, outcome in ours)
    tally(session, batch_id, changes, doubted=newly)
    again = [o.next_at for _, o in ours if o.state in OPEN_DELIVERY_STATES and o.next_at]
    if again:
        bring_forward(session, batch_id, min(again))


def renew_lease(
    session: Session, owner: UUID, claimed: Collection[UUID], lease_seconds: float
) -> None:
    """Hold claimed rows for longer, where they are still ours."""
    session.execute(
        update(Delivery)
        .where(
            Delivery.id.in_(claimed),
            Delivery.owner == owner,
            Delivery.state == DeliveryState.SENDING,
        )
        .values(lease_until=db_now(lease_seconds))
    )


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
    session: Session, ids: Sequence[UUID], owner: UUID, now: datetime, lease_seconds: float
) -> None:
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(ids))
        .values(
            state=DeliveryState.SENDING,
            owner=owner,
            lease_until=db_now(lease_seconds),
            claims=Delivery.claims + 1,
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


def _as_claimed(row: Any, batch_id: UUID, now: datetime) -> Claimed:
    return Claimed(
        id=row.id,
        batch_id=batch_id,
        subscriber_id=row.subscriber_id,
        rendition_id=row.rendition_id,
        address=row.address,
        message_key=message_key(row.campaign_id, row.subscriber_id),
        first_try_at=row.first_try_at or now,
        tries=row.tries,
        doubts=row.doubts,
    )


_RESULT = (
    column("id", Uuid()),
    column("state", String()),
    column("reason", String()),
    column("reply", String()),
    column("next_at", UtcDateTime()),
    column("sent_at", UtcDateTime()),
    column("tried", Integer()),
    column("doubt", Integer()),
)


def _record(session: Session, owner: UUID, outcomes: Sequence[tuple[Claimed, Outcome]]) -> Any:
    """One UPDATE … FROM that touches only rows which are still ours."""
    rows = [
        (
            claimed.id,
            outcome.state.value,
            outcome.reason,
            outcome.reply,
            outcome.next_at,
            outcome.sent_at,
            int(outcome.tried),
            int(outcome.in_doubt),
        )
        for claimed, outcome in outcomes
    ]
    result = rows_table(session, _RESULT, rows, "result")
    return (
        update(Delivery)
        .where(
            Delivery.id == result.c.id,
            Delivery.owner == owner,
            Delivery.state == DeliveryState.SENDING,
        )
        .values(
            state=result.c.state,
            reason=result.c.reason,
            reply=func.coalesce(result.c.reply, Delivery.reply),
            next_at=func.coalesce(result.c.next_at, Delivery.next_at),
            sent_at=result.c.sent_at,
            tries=Delivery.tries + result.c.tried,
            doubts=Delivery.doubts + result.c.doubt,
            owner=None,
            lease_until=None,
        )
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
