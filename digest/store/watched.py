"""The campaigns that alarms are about: what is known of each, in one query."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from digest.domain.states import CampaignState
from digest.store.campaigns import Campaign
from digest.store.editions import Edition
from digest.store.feedback import Bounce, Complaint, how_many


class Watched(NamedTuple):
    """A campaign, the number of its edition, how many called it spam, and how many of its mails
    came back because of us."""

    campaign: Campaign
    number: int
    complaints: int
    bounced_by_us: int


def watched_campaigns(session: Session, since: datetime) -> list[Watched]:
    """Campaigns that run or are paused, and those that ended after ``since``."""
    running = Campaign.state.in_((CampaignState.SENDING, CampaignState.PAUSED))
    found = (
        select(
            Campaign,
            Edition.number,
            how_many(Complaint),
            how_many(Bounce, Bounce.is_ours.is_(True)),
        )
        .join(Edition, Edition.id == Campaign.edition_id)
        .where(or_(running, Campaign.finished_at >= since))
    )
    return [Watched(*row) for row in session.execute(found.order_by(Campaign.due_at))]
