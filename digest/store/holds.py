"""Holds: batches that wait for something that concerns many rows alike, and how they go on."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from digest.domain.quiet_hours import QUIET
from digest.domain.states import CLAIMABLE_DELIVERY_STATES, CampaignState
from digest.store.campaigns import Batch, Campaign
from digest.store.deliveries import Delivery


def release_batches(session: Session, now: datetime, list_id: UUID | None = None) -> None:
    """Let senders look at all waiting batches (of one list) again: rates or hours have changed.

    Rows keep their own times; a batch's is only a hint when to look.
    """
    waiting = (
        select(Batch.id)
        .join(Campaign, Campaign.id == Batch.campaign_id)
        .where(Campaign.state == CampaignState.SENDING, Batch.next_at > now)
    )
    if list_id is not None:
        waiting = waiting.where(Campaign.list_id == list_id)
    _set_next(session, session.scalars(waiting).all(), now)


def release_quiet_rows(session: Session, now: datetime, list_id: UUID) -> None:
    """Let what waits for the end of quiet hours be due now; where they still reign, it waits
    again."""
    running = select(Campaign.id).where(
        Campaign.list_id == list_id, Campaign.state == CampaignState.SENDING
    )
    session.execute(
        update(Delivery)
        .where(
            Delivery.campaign_id.in_(running),
            Delivery.state.in_(CLAIMABLE_DELIVERY_STATES),
            Delivery.reason == QUIET,
            Delivery.next_at > now,
        )
        .values(next_at=now, reason=None)
        .execution_options(synchronize_session=False)
    )


def hold_batches(session: Session, campaign_id: UUID, until: datetime) -> None:
    """Let nobody look at a campaign's batches before a time."""
    early = select(Batch.id).where(Batch.campaign_id == campaign_id, Batch.next_at < until)
    _set_next(session, session.scalars(early).all(), until)


def _set_next(session: Session, batch_ids: Sequence[UUID], at: datetime) -> None:
    if batch_ids:
        in_order = select(Batch.id).where(Batch.id.in_(batch_ids)).order_by(Batch.id)
        session.execute(in_order.with_for_update())  # as senders do: no two wait for each other
        open_still = Batch.id.in_(batch_ids), Batch.next_at.is_not(None)
        session.execute(update(Batch).where(*open_still).values(next_at=at))
