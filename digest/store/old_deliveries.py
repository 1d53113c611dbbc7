"""Old deliveries are forgotten a batch at a time; the batch's tallies stay, and say so."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.orm import Session

from digest.domain.states import OPEN_DELIVERY_STATES, CampaignState, DeliveryState
from digest.store.breakdowns import keep_largest
from digest.store.campaigns import Batch, Campaign, lock_campaign
from digest.store.deliveries import Delivery, RowCounts, count_in, in_batch
from digest.store.editions import RenditionRow
from digest.store.samples import CampaignSample

ENDED = (CampaignState.DONE, CampaignState.CANCELLED)
_TALLIES = (*(state.value for state in DeliveryState), "doubted")


class Step(StrEnum):
    """How an attempt to forget a batch ended."""

    FORGOTTEN = "forgotten"
    NOTHING_LEFT = "nothing left"
    DIFFERS = "differs"  # its rows are not what its tallies say: they are evidence, and stay


def old_campaigns(session: Session, before: datetime) -> Sequence[UUID]:
    """Campaigns that ended before a time and still have rows, the oldest first."""
    old = select(Campaign.id).where(*_is_old(before), exists().where(_has_rows()))
    return session.scalars(old.order_by(Campaign.finished_at)).all()


def count_old(session: Session, before: datetime) -> int:
    """How many deliveries those campaigns have, by their tallies."""
    old = select(func.sum(_rows())).join(Campaign, _has_rows()).where(*_is_old(before))
    return int(session.scalar(old) or 0)


def forget_batch(session: Session, campaign_id: UUID, now: datetime) -> tuple[Step, int]:
    """Forget the rows of a campaign's first batch that has any, and gives how many they were.

    Its rows are counted first, and must be what its tallies say. With the last batch the batches
    become one, whose tallies are their sums. Holds the campaign, which nobody can reopen meanwhile.
    """
    campaign = lock_campaign(session, campaign_id)
    left = select(Batch).where(Batch.campaign_id == campaign_id, Batch.forgotten_at.is_(None))
    batches = session.scalars(left.order_by(Batch.position).limit(2)).all()
    if campaign.state not in ENDED or not batches:
        return Step.NOTHING_LEFT, 0
    batch = batches[0]
    rows = count_in(session, in_batch(batch))
    if not _agrees(batch, rows):
        return Step.DIFFERS, 0
    session.execute(
        delete(Delivery).where(in_batch(batch)).execution_options(synchronize_session=False)
    )
    batch.forgotten_at = now
    campaign.forgotten_at = campaign.forgotten_at or now
    session.flush()
    if len(batches) == 1:
        _fold(session, campaign)
    return Step.FORGOTTEN, rows.total


def forgotten_counts(session: Session, campaign_id: UUID) -> RowCounts:
    """What the rows were that a campaign has no more, by the tallies that they were compared
    with."""
    names = [func.coalesce(func.sum(getattr(Batch, name)), 0) for name in _TALLIES]
    gone = (Batch.campaign_id == campaign_id, Batch.forgotten_at.is_not(None))
    *states, doubted = session.execute(select(*names).where(*gone)).one()
    counts = {s: int(n) for s, n in zip(DeliveryState, states, strict=True) if n}
    return RowCounts(states=counts, unknown=0, doubted=int(doubted), bare=0, alike=0)


def _is_old(before: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Campaign.state.in_(ENDED), Campaign.finished_at < before)


def _has_rows() -> ColumnElement[bool]:
    return (Batch.campaign_id == Campaign.id) & Batch.forgotten_at.is_(None)


def _rows() -> Any:
    return sum((getattr(Batch, state.value) for state in DeliveryState), start=0)


def _agrees(batch: Batch, rows: RowCounts) -> bool:
    """Whether a batch's rows are all final, and as many in each state as its tallies say."""
    is_open = any(rows.states.get(state) for state in OPEN_DELIVERY_STATES)
    same = all(getattr(batch, s.value) == rows.states.get(s, 0) for s in DeliveryState)
    return same and batch.doubted == rows.doubted and not is_open and not rows.unknown


def _fold(session: Session, campaign: Campaign) -> None:
    """Keep one batch with the sums of all, and nothing of what only deliveries needed."""
    mine = Batch.campaign_id == campaign.id
    sums = [func.sum(getattr(Batch, name)) for name in _TALLIES]
    found = session.execute(select(func.min(Batch.position), *sums).where(mine)).one()
    first = found[0]
    session.execute(delete(Batch).where(mine, Batch.position != first))
    session.execute(
        update(Batch).where(mine).values(dict(zip(_TALLIES, map(int, found[1:]), strict=True)))
    )
    keep_largest(session, campaign.id)
    session.execute(delete(CampaignSample).where(CampaignSample.campaign_id == campaign.id))
    session.execute(delete(RenditionRow).where(RenditionRow.edition_id == campaign.edition_id))
