"""A campaign as an operator watches it: all from tallies, cheap at any size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from digest.actions.campaign_waits import why_waiting
from digest.domain.states import (
    FINAL_DELIVERY_STATES,
    OPEN_DELIVERY_STATES,
    CampaignState,
    DeliveryState,
)
from digest.operate.progress import Pace, Point, pace
from digest.store.audit import AuditEntry, history_of
from digest.store.breakdowns import CampaignReply, DomainCounts, top_domains, top_replies
from digest.store.campaigns import Campaign, find_campaign, totals
from digest.store.editions import Title, titles_of
from digest.store.engine import Database, Session
from digest.store.samples import CampaignSample, samples_of

RECENT = timedelta(minutes=2)
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
    waits: tuple[str, ...]  # why it doesn't go on, or not faster
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
    title: Title
    history: Sequence[AuditEntry]
    points: Sequence[Point]


def follow_campaign(db: Database, campaign_id: UUID, now: datetime) -> Followed:
    """All of a campaign's page; ``NotFound`` where there is none."""
    with db.read() as session:
        campaign = find_campaign(session, campaign_id)
        samples = samples_of(session, campaign_id)
        return Followed(
            live=_live(session, campaign, samples, now),
            title=titles_of(session, [campaign.edition_id])[campaign.edition_id],
            history=history_of(session, "campaign", campaign_id, MOST_CHANGES),
            points=[Point(one.at, one.done) for one in samples],
        )


def live_campaign(db: Database, campaign_id: UUID, now: datetime) -> Live:
    """Only what changes, for a page that is open."""
    with db.read() as session:
        recent = samples_of(session, campaign_id, now - RECENT)
        return _live(session, find_campaign(session, campaign_id), recent, now)


def _live(
    session: Session, campaign: Campaign, samples: Sequence[CampaignSample], now: datetime
) -> Live:
    sums = totals(session, campaign.id)
    done = sum(sums.counts[state] for state in FINAL_DELIVERY_STATES)
    return Live(
        campaign=campaign,
        counts=sums.counts,
        doubted=sums.doubted,
        next_due=sums.next_due,
        pace=_pace(campaign, samples, done, now),
        waits=why_waiting(session, campaign, now),
        domains=top_domains(session, campaign.id, MOST_DOMAINS),
        replies=top_replies(session, campaign.id, MOST_REPLIES),
    )


def _pace(campaign: Campaign, samples: Sequence[CampaignSample], done: int, now: datetime) -> Pace:
    if campaign.state is not CampaignState.SENDING or campaign.started_at is None:
        return Pace(None, None)
    points = [Point(campaign.started_at, 0), *(Point(one.at, one.done) for one in samples)]
    return pace(points, campaign.roster, Point(now, done))
