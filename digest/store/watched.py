"""The campaigns that alarms are about: what is known of each, in one query."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from digest.domain.states import Aftermath, CampaignState
from digest.store.aftermath import CampaignAftermath
from digest.store.campaigns import Campaign
from digest.store.editions import Edition
from digest.store.feedback import Bounce, Complaint, how_many


class Watched(NamedTuple):
    """A campaign, the number of its edition, how many called it spam, how many of its mails came
    back, and how many of them because of us."""

    campaign: Campaign
    number: int
    complaints: int
    bounced: int
    bounced_by_us: int


def watched_campaigns(session: Session, since: datetime, now: datetime) -> list[Watched]:
    """Campaigns that are due, run or are paused, and those that ended after ``since``."""
    due = and_(Campaign.state == CampaignState.SCHEDULED, Campaign.due_at <= now)
    running = Campaign.state.in_((CampaignState.SENDING, CampaignState.PAUSED))
    returned = (
        select(CampaignAftermath.n)
        .where(
            CampaignAftermath.campaign_id == Campaign.id,
            CampaignAftermath.what == Aftermath.BOUNCED,
        )
        .correlate(Campaign)
        .scalar_subquery()
    )
    found = (
        select(
            Campaign,
            Edition.number,
            how_many(Complaint),
            func.coalesce(returned, 0),
            how_many(Bounce, Bounce.is_ours.is_(True)),
        )
        .join(Edition, Edition.id == Campaign.edition_id)
        .where(or_(due, running, Campaign.finished_at >= since))
    )
    return [Watched(*row) for row in session.execute(found.order_by(Campaign.due_at))]
