"""Samples of running campaigns: how many were done when, for the rate and the estimate."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, and_, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.states import FINAL_DELIVERY_STATES, CampaignState
from digest.store.base import Row
from digest.store.campaigns import Batch, Campaign
from digest.store.engine import insert_for


class CampaignSample(Row):
    """How far a campaign was at a moment."""

    __tablename__ = "campaign_sample"

    campaign_id: Mapped[UUID] = mapped_column(
        ForeignKey("campaign.id", ondelete="CASCADE"), primary_key=True
    )
    at: Mapped[datetime] = mapped_column(primary_key=True)
    done: Mapped[int]  # deliveries in a final state
    sent: Mapped[int]


def take_samples(session: Session, at: datetime, started_after: datetime | None) -> None:
    """Write down how far each running campaign is; once for each ``at``, whoever asks.

    ``started_after`` leaves out those that began before."""
    done: Any = sum((getattr(Batch, state.value) for state in FINAL_DELIVERY_STATES), start=0)
    running = (
        select(Campaign.id, func.sum(done), func.sum(Batch.sent))
        .join(Batch, Batch.campaign_id == Campaign.id)
        .where(Campaign.state == CampaignState.SENDING)
        .group_by(Campaign.id)
    )
    if started_after is not None:
        running = running.where(Campaign.started_at > started_after)
    rows = [
        {"campaign_id": campaign_id, "at": at, "done": int(finished), "sent": int(sent)}
        for campaign_id, finished, sent in session.execute(running).all()
    ]
    if rows:
        new = insert_for(session, CampaignSample).values(rows)
        session.execute(new.on_conflict_do_nothing())


def still_since(session: Session, done: Mapping[UUID, int]) -> dict[UUID, datetime]:
    """Since when each campaign has had so many deliveries in final states, by its samples."""
    same = [
        and_(CampaignSample.campaign_id == id_, CampaignSample.done == n) for id_, n in done.items()
    ]
    if not same:
        return {}
    first = select(CampaignSample.campaign_id, func.min(CampaignSample.at)).where(or_(*same))
    return dict(session.execute(first.group_by(CampaignSample.campaign_id)).all())


def samples_of(
    session: Session, campaign_id: UUID, since: datetime | None = None
) -> Sequence[CampaignSample]:
    """A campaign's samples, the oldest first."""
    found = select(CampaignSample).where(CampaignSample.campaign_id == campaign_id)
    if since is not None:
        found = found.where(CampaignSample.at >= since)
    return session.scalars(found.order_by(CampaignSample.at)).all()
