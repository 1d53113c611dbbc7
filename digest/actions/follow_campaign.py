"""A campaign as an operator watches it: all from tallies, cheap at any size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from digest.domain.states import (
    FINAL_DELIVERY_STATES,
    OPEN_DELIVERY_STATES,
    CampaignState,
    DeliveryState,
)
from digest.operate.progress import Pace, Point, pace
from digest.store.audit import AuditEntry, history_of
from digest.store.breakdowns import CampaignReply, DomainCounts, top_domains, top_replies
from digest.store.campaigns import Campaign, count_doubted, counts, find_campaign, next_due
from digest.store.editions import Edition, find_edition
from digest.store.engine import Database, Session
from digest.store.lists import MailingList, get_list
from digest.store.samples import samples_of

MOST_DOMAINS = 20
MOST_REPLIES = 25
MOST_CHANGES = 20


@dataclass(frozen=True, slots=True)
class Live:
    """What changes while a campaign runs."""

    campaign: Campaign
    counts: Mapping[DeliveryState, int]
    doubted: int
    next_due: datetime | None
    pace: Pace
    domains: Sequence[DomainCounts]
    replies: Sequence[CampaignReply]

    @property
    def done(self) -> int:
        return sum(self.counts[state] for state in FINAL_DELIVERY_STATES)

    @property
    def left(self) -> int:
        return sum(self.counts[state] for state in OPEN_DELIVERY_STATES)

    @property
    def share(self) -> float:
        """How much of the roster is done, from 0 to 1; all of an empty one."""
        roster = self.campaign.roster
        return self.done / roster if roster else float(self.campaign.started_at is not None)


@dataclass(frozen=True, slots=True)
class Followed:
    """The whole page."""

    live: Live
    edition: Edition
    mailing_list: MailingList
    history: Sequence[AuditEntry]
    points: Sequence[Point]


def follow_campaign(db: Database, campaign_id: UUID, now: datetime) -> Followed:
    """All of a campaign's page; ``NotFound`` where there is none."""
    with db.read() as session:
        campaign = find_campaign(session, campaign_id)
        return Followed(
            live=_live(session, campaign, now),
            edition=find_edition(session, campaign.edition_id),
            mailing_list=get_list(session, campaign.list_id),
            history=history_of(session, "campaign", campaign_id, MOST_CHANGES),
            points=[Point(one.at, one.done) for one in samples_of(session, campaign_id)],
        )


def live_campaign(db: Database, campaign_id: UUID, now: datetime) -> Live:
    """Only what changes, for a page that is open."""
    with db.read() as session:
        return _live(session, find_campaign(session, campaign_id), now)


def _live(session: Session, campaign: Campaign, now: datetime) -> Live:
    states = counts(session, campaign.id)
    done = sum(states[state] for state in FINAL_DELIVERY_STATES)
    return Live(
        campaign=campaign,
        counts=states,
        doubted=count_doubted(session, campaign.id),
        next_due=next_due(session, campaign.id),
        pace=_pace(session, campaign, done, now),
        domains=top_domains(session, campaign.id, MOST_DOMAINS),
        replies=top_replies(session, campaign.id, MOST_REPLIES),
    )


def _pace(session: Session, campaign: Campaign, done: int, now: datetime) -> Pace:
    if campaign.state is not CampaignState.SENDING or campaign.started_at is None:
        return Pace(None, None)
    recent = samples_of(session, campaign.id, now - timedelta(minutes=2))
    points = [Point(campaign.started_at, 0), *(Point(one.at, one.done) for one in recent)]
    return pace(points, campaign.roster, Point(now, done))
