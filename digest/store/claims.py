"""Claims: how a sender takes deliveries, in one short transaction.

The statements are built once: a sender runs them some fifty times a second.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Float,
    Integer,
    Select,
    Update,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    select,
    update,
)
from sqlalchemy.orm import Session

from digest.domain.delivery import Claimed
from digest.domain.ids import message_key
from digest.domain.states import (
    CLAIMABLE_DELIVERY_STATES,
    CampaignState,
    DeliveryState,
    SubscriptionState,
)
from digest.store.base import UtcDateTime, bare_table
from digest.store.campaigns import Batch, Campaign, tally
from digest.store.deliveries import Delivery
from digest.store.engine import db_now
from digest.store.rows import dialect_of, is_among
from digest.store.subscribers import Subscriber, Subscription
from digest.store.suppressions import Suppression

_BATCH, _ROW, _CAMPAIGN = map(bare_table, (Batch, Delivery, Campaign))
_PERSON, _PLACE, _BARRED = map(bare_table, (Subscriber, Subscription, Suppression))
_NOW = bindparam("now", type_=UtcDateTime())
_IN_BATCH = and_(
    _ROW.c.id.between(bindparam("first"), bindparam("last")),
    _ROW.c.campaign_id == bindparam("campaign"),
    _ROW.c.state.in_(CLAIMABLE_DELIVERY_STATES),
)


def claim_window(
    session: Session,
    *,
    campaign_id: UUID,
    owner: UUID,
    now: datetime,
    size: int,
    lease_seconds: float,
    key_id: UUID | None = None,
    near: UUID | None = None,
) -> list[Claimed]:
    """Take up to ``size`` due deliveries of one batch, for as long as the lease runs.

    ``key_id`` names the keys that sign first tries; a second try keeps those of its first.
    ``near`` is the batch to go on with while it has due rows; next come those that nobody is at.

    Whoever was suppressed or left since the roster was frozen is finished here, unsent. An empty
    answer means that nothing is due, or that the campaign is not sending.
    """
    empty: set[UUID] = set()
    while (batch := _due_batch(session, campaign_id, now, near)) is not None and (
        batch.id not in empty
    ):
        place = {"first": batch.first_id, "last": batch.last_id, "campaign": campaign_id}
        rows = session.execute(_due_rows(), {**place, "now": now, "size": size}).all()
        if not rows:
            empty.add(batch.id)
        window = _take(session, batch.id, rows, owner, now, lease_seconds, key_id)
        if len(rows) < size:
            session.execute(_look_again(), {**place, "batch": batch.id})
        if window:
            return window
    return []


def _take(
    session: Session,
    batch_id: UUID,
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
        given = {"ids": taken, "mine": owner, "lease": lease_seconds, "key": key_id, "now": now}
        session.execute(_mark_claimed(dialect_of(session)), given)
    for why in set(barred.values()):
        _close(session, [key for key, value in barred.items() if value == why], why)
    if rows:
        changes = Counter(
            {DeliveryState.SENDING: len(taken), DeliveryState.SUPPRESSED: len(barred)}
        )
        changes.subtract(Counter(row.state for row in rows))
        tally(session, batch_id, changes)
    return [_as_claimed(row, batch_id, now, key_id) for row in rows if row.id not in barred]


def _due_batch(session: Session, campaign_id: UUID, now: datetime, near: UUID | None) -> Any:
    """A batch with due rows, held until the transaction ends; None where there is none."""
    given = {"campaign": campaign_id, "now": now}
    if near is not None:
        batch = session.execute(_batch_again(), {**given, "near": near}).first()
        if batch is not None:
            return batch
    return session.execute(_next_batch(), given).first()


@cache
def _batch_again() -> Select[*tuple[Any, ...]]:
    return _due_batches().where(_BATCH.c.id == bindparam("near"))


@cache
def _next_batch() -> Select[*tuple[Any, ...]]:
    """Two senders that share a batch would wait for each other, so an idle one is preferred."""
    return _due_batches().order_by(_BATCH.c.sending > 0, _BATCH.c.position).limit(1)


def _due_batches() -> Select[*tuple[Any, ...]]:
    return (
        select(_BATCH.c.id, _BATCH.c.first_id, _BATCH.c.last_id)
        .join(_CAMPAIGN, _CAMPAIGN.c.id == _BATCH.c.campaign_id)
        .where(
            _BATCH.c.campaign_id == bindparam("campaign"),
            _BATCH.c.next_at <= _NOW,
            _CAMPAIGN.c.state == CampaignState.SENDING,
        )
        .with_for_update(skip_locked=True, of=_BATCH)
    )


@cache
def _due_rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            _ROW.c.id,
            _ROW.c.state,
            _ROW.c.campaign_id,
            _ROW.c.subscriber_id,
            _ROW.c.rendition_id,
            _ROW.c.address,
            _ROW.c.first_try_at,
            _ROW.c.key_id,
            _ROW.c.tries,
            _ROW.c.doubts,
            _BARRED.c.reason.label("suppressed"),
            _PERSON.c.erased_at,
            _PLACE.c.state.label("subscription"),
            _PLACE.c.paused_until,
        )
        .join(_PERSON, _PERSON.c.id == _ROW.c.subscriber_id)
        .join(_CAMPAIGN, _CAMPAIGN.c.id == _ROW.c.campaign_id)
        .outerjoin(
            _PLACE,
            and_(
                _PLACE.c.subscriber_id == _ROW.c.subscriber_id,
                _PLACE.c.list_id == _CAMPAIGN.c.list_id,
            ),
        )
        .outerjoin(_BARRED, _BARRED.c.address_hash == _PERSON.c.address_hash)
        .where(_IN_BATCH, _ROW.c.next_at <= _NOW)
        .order_by(_ROW.c.id)
        .limit(bindparam("size", type_=Integer()))
        .with_for_update(skip_locked=True, of=_ROW)
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


@cache
def _mark_claimed(dialect: str) -> Update:
    is_first = _ROW.c.first_try_at.is_(None)
    return (
        update(_ROW)
        .where(is_among(dialect, _ROW.c.id, "ids"))
        .values(
            state=DeliveryState.SENDING,
            owner=bindparam("mine", type_=Uuid()),
            lease_until=db_now(bindparam("lease", type_=Float())),
            claims=_ROW.c.claims + 1,
            key_id=case((is_first, bindparam("key", type_=Uuid())), else_=_ROW.c.key_id),
            first_try_at=func.coalesce(_ROW.c.first_try_at, _NOW),
        )
    )


def _close(session: Session, ids: Sequence[UUID], reason: str) -> None:
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_(ids))
        .values(state=DeliveryState.SUPPRESSED, reason=reason)
    )


@cache
def _look_again() -> Update:
    """Make a batch due when the earliest of its waiting rows is."""
    earliest = select(func.min(_ROW.c.next_at)).where(_IN_BATCH).scalar_subquery()
    return update(_BATCH).where(_BATCH.c.id == bindparam("batch")).values(next_at=earliest)


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
