"""What happens to deliveries outside the ordinary way: doubt, cancelling, retrying, marking."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, literal, select, true, update
from sqlalchemy.orm import Session

from digest.domain.states import (
    CLAIMABLE_DELIVERY_STATES,
    OPEN_DELIVERY_STATES,
    CampaignState,
    DeliveryState,
    DoubtPolicy,
)
from digest.store.campaigns import Batch, Campaign, tally
from digest.store.deliveries import MAX_DOUBTS, Delivery, in_batch
from digest.store.engine import db_now
from digest.store.epoch import read_epoch
from digest.store.together import together


def is_deserted(session: Session, campaign_id: UUID) -> bool:
    """Whether a lease of the campaign ran out, so that nobody works on what it holds."""
    deserted = (
        select(Delivery.id)
        .where(_ran_out(Batch))
        .limit(1)  # with it PostgreSQL looks into these few batches one by one
        .correlate(Batch)
        .scalar_subquery()
    )
    found = _held(campaign_id).where(deserted.is_not(None)).limit(1)
    return session.scalar(found.with_only_columns(Batch.id)) is not None


def _held(campaign_id: UUID) -> Select[Batch]:
    """Batches of which somebody has rows in hand."""
    return select(Batch).where(Batch.campaign_id == campaign_id, Batch.sending > 0)


def _ran_out(batch: Batch | type[Batch]) -> ColumnElement[bool]:
    """Rows of it whose lease ran out."""
    is_held = and_(in_batch(batch), Delivery.state == DeliveryState.SENDING)
    return and_(is_held, Delivery.lease_until < db_now())


def recover_expired(session: Session, campaign: Campaign, now: datetime) -> Counter[DeliveryState]:
    """Take up what dead processes held: those rows are in doubt, and the policy decides.

    ``resend``: once more; ``hold``, a second doubt, or a cancelled campaign: ``uncertain``, for a
    person to mark. Gives how many rows went where. In a database that was restored they wait for
    ``doubt_due``: that is the same doubt, and must not count twice.
    """
    total: Counter[DeliveryState] = Counter()
    held = _held(campaign.id).with_for_update(skip_locked=True)
    batches = session.scalars(held).all()
    if batches and read_epoch(session).restored_from is not None:
        return total
    for batch in batches:
        expired = session.execute(_expire(batch, campaign, now)).all()
        if not expired:
            continue
        moved = Counter(DeliveryState(state) for state, _ in expired)
        total += moved
        changes = moved + Counter()
        changes[DeliveryState.SENDING] -= len(expired)
        newly = sum(doubts == 1 for _, doubts in expired)
        due = now if moved[DeliveryState.QUEUED] else None
        with together(session) as line:
            tally(line, batch.id, changes, doubted=newly, due=due)
    return total


def _expire(batch: Batch, campaign: Campaign, now: datetime) -> Any:
    may_resend = (
        campaign.doubt_policy is DoubtPolicy.RESEND
        and campaign.state is not CampaignState.CANCELLED
    )
    again = and_(literal(may_resend), Delivery.doubts + 1 < MAX_DOUBTS)
    return (
        update(Delivery)
        .where(_ran_out(batch))
        .values(
            state=case((again, DeliveryState.QUEUED.value), else_=DeliveryState.UNCERTAIN.value),
            reason="the process that was sending it died; it may have gone out",
            doubts=Delivery.doubts + 1,
            next_at=now,
            owner=None,
            lease_until=None,
        )
        .returning(Delivery.state, Delivery.doubts)
        .execution_options(synchronize_session=False)
    )


def doubt_due(session: Session, campaign: Campaign, reason: str, now: datetime) -> int:
    """All rows that wait and were due by now, or that somebody held, are in doubt: the database was
    put back to a time before they may have been sent. The policy decides, as it does of what dead
    processes held. Gives their number."""
    may_resend = literal(campaign.doubt_policy is DoubtPolicy.RESEND)
    again = and_(may_resend, Delivery.doubts + 1 < MAX_DOUBTS)
    was_held = and_(again, Delivery.state == DeliveryState.SENDING)
    doubted = 0
    waiting = select(Batch).where(
        Batch.campaign_id == campaign.id, Batch.queued + Batch.deferred + Batch.sending > 0
    )
    for batch in session.scalars(waiting.with_for_update()).all():
        due = and_(
            in_batch(batch),
            Delivery.state.in_(OPEN_DELIVERY_STATES),
            Delivery.next_at <= now,
        )
        before = session.execute(select(Delivery.state, Delivery.doubts).where(due)).all()
        change = (
            update(Delivery)
            .where(due)
            .values(
                state=case(
                    (was_held, DeliveryState.QUEUED.value),
                    (again, Delivery.state),
                    else_=DeliveryState.UNCERTAIN.value,
                ),
                doubts=Delivery.doubts + 1,
                reason=reason,
                owner=None,
                lease_until=None,
            )
            .returning(Delivery.state)
            .execution_options(synchronize_session=False)
        )
        changes = Counter(DeliveryState(state) for state in session.scalars(change))
        changes.subtract(Counter(state for state, _ in before))
        newly = sum(doubts == 0 for _, doubts in before)
        with together(session) as line:
            tally(line, batch.id, changes, doubted=newly, due=now if before else None)
        doubted += len(before)
    return doubted


def cancel_waiting(session: Session, campaign_id: UUID, reason: str) -> int:
    """End all rows that wait to be sent; those in a sender's hands are left to it."""
    cancelled = 0
    waiting = select(Batch).where(
        Batch.campaign_id == campaign_id, Batch.queued + Batch.deferred > 0
    )
    for batch in session.scalars(waiting.with_for_update()).all():
        rows = select(Delivery.id, Delivery.state).where(
            in_batch(batch), Delivery.state.in_(CLAIMABLE_DELIVERY_STATES)
        )
        found = session.execute(rows.with_for_update(of=Delivery)).all()
        session.execute(
            update(Delivery)
            .where(in_batch(batch), Delivery.state.in_(CLAIMABLE_DELIVERY_STATES))
            .values(state=DeliveryState.CANCELLED, reason=reason)
            .execution_options(synchronize_session=False)
        )
        changes = Counter({DeliveryState.CANCELLED: len(found)})
        changes.subtract(Counter(state for _, state in found))
        with together(session) as line:
            tally(line, batch.id, changes)
        batch.next_at = None
        cancelled += len(found)
    return cancelled


def retry_final(session: Session, campaign_id: UUID, state: DeliveryState, now: datetime) -> int:
    """Queue again the rows that ended in ``state`` (failed or cancelled); gives their number."""
    moved = 0
    ended = select(Batch).where(Batch.campaign_id == campaign_id, getattr(Batch, state.value) > 0)
    for batch in session.scalars(ended.with_for_update()).all():
        again = (
            update(Delivery)
            .where(in_batch(batch), Delivery.state == state)
            .values(state=DeliveryState.QUEUED, reason=None, next_at=now)
            .returning(Delivery.id)
            .execution_options(synchronize_session=False)
        )
        n = len(session.scalars(again).all())
        with together(session) as line:
            tally(line, batch.id, {state: -n, DeliveryState.QUEUED: n}, due=now)
        moved += n
    return moved


def resolve_uncertain(
    session: Session,
    campaign_id: UUID,
    state: DeliveryState,
    *,
    delivery_id: UUID | None,
    reason: str,
    now: datetime,
) -> int:
    """Decide rows that are ``uncertain``: ``sent`` marks them, ``queued`` sends them once more.

    A row with two doubts can only be marked. Gives how many rows were decided.
    """
    decided = 0
    doubtful = select(Batch).where(Batch.campaign_id == campaign_id, Batch.uncertain > 0)
    for batch in session.scalars(doubtful.with_for_update()).all():
        one = true() if delivery_id is None else Delivery.id == delivery_id
        may = Delivery.doubts < MAX_DOUBTS if state is DeliveryState.QUEUED else true()
        change = (
            update(Delivery)
            .where(in_batch(batch), Delivery.state == DeliveryState.UNCERTAIN, one, may)
            .values(
                state=state,
                reason=reason,
                next_at=now,
                sent_at=now if state is DeliveryState.SENT else None,
            )
            .returning(Delivery.id)
            .execution_options(synchronize_session=False)
        )
        n = len(session.scalars(change).all())
        due = now if n and state is DeliveryState.QUEUED else None
        with together(session) as line:
            tally(line, batch.id, {DeliveryState.UNCERTAIN: -n, state: n}, due=due)
        decided += n
    return decided
