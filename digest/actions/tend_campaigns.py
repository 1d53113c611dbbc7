"""What keeps campaigns going whatever dies: take up expired leases, end what is done or too old."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from digest import metrics
from digest.domain.rate import Scope
from digest.domain.states import CampaignState, DeliveryState, EditionState, RunState
from digest.log import get_logger
from digest.store.campaigns import (
    Campaign,
    Totals,
    campaigns_in,
    counts,
    lock_campaign,
    totals,
    totals_of,
)
from digest.store.editions import find_edition
from digest.store.engine import Database, Session
from digest.store.recovery import cancel_waiting, is_deserted, recover_expired
from digest.store.runs import lock_run
from digest.store.throttles import forget_idle, forget_throttle

OPEN = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DEFERRED)
MOST_BELLS = 4  # for one campaign at once
WORTH_A_BELL = 1000  # deliveries that wait: so many more, and one more process is called

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """A campaign that has mail to send now, and how many of its deliveries are where."""

    id: UUID
    waiting: int
    held: int  # by senders
    age: float = 0.0  # seconds since the earliest of them was due


def tend_campaigns(db: Database, now: datetime) -> tuple[list[UUID], list[UUID]]:
    """Recover, expire and finish; gives the campaigns to start, and whom to ring for to send.

    A campaign that only waits for its senders is read and no more: they would wait for the locks.
    """
    with db.read() as session:
        scheduled = campaigns_in(session, CampaignState.SCHEDULED)
        to_start = [c.id for c in scheduled if max(c.due_at, c.held_until or c.due_at) <= now]
        running = campaigns_in(
            session, CampaignState.SENDING, CampaignState.PAUSED, CampaignState.CANCELLED
        )
        known = totals_of(session, [campaign.id for campaign in running]) if running else {}
        needy = {c.id for c in running if _needs_care(session, c, known[c.id], now)}
    due = [_tend(db, c.id, now) if c.id in needy else _due(c, known[c.id], now) for c in running]
    found = [one for one in due if one is not None]
    metrics.set_to(metrics.QUEUE_AGE, max((one.age for one in found), default=0.0))
    return to_start, bells(found)


def bells(due: Sequence[Due]) -> list[UUID]:
    """Several for a large campaign, so that all processes are soon at work. They ring in turns, and
    first where the fewest are at work: no campaign waits behind the bells of another."""
    lonely_first = sorted(due, key=lambda one: one.held)
    return [
        one.id
        for turn in range(MOST_BELLS)
        for one in lonely_first
        if turn == 0 or one.waiting > turn * WORTH_A_BELL
    ]


def _needs_care(session: Session, campaign: Campaign, known: Totals, now: datetime) -> bool:
    """Whether a row of it has to be changed. A cancelled campaign is looked after while some of it
    is open: in somebody's hands, or given back after the cancelling."""
    is_open = any(known.counts[state] for state in OPEN)
    if campaign.state is CampaignState.CANCELLED:
        return is_open
    if campaign.state is CampaignState.SENDING and not is_open:
        return True
    is_late = campaign.expires_at is not None and now >= campaign.expires_at
    is_held = known.counts[DeliveryState.SENDING] > 0
    return is_late or (is_held and is_deserted(session, campaign.id))


def _due(campaign: Campaign, known: Totals, now: datetime) -> Due | None:
    """Whether there is something to send now."""
    at = known.next_due
    if campaign.state is not CampaignState.SENDING or at is None or at > now:
        return None
    waiting = known.counts[DeliveryState.QUEUED] + known.counts[DeliveryState.DEFERRED]
    held = known.counts[DeliveryState.SENDING]
    return Due(campaign.id, waiting, held, (now - at).total_seconds())


def _tend(db: Database, campaign_id: UUID, now: datetime) -> Due | None:
    """One campaign, in one transaction; says whether there is something to send now."""
    with db.begin() as session:
        campaign = lock_campaign(session, campaign_id)
        edition = campaign.edition_id
        recovered = recover_expired(session, campaign, now)
        if recovered:
            log.warning(
                "leases expired: a sender died",
                campaign=campaign_id,
                edition=edition,
                **{state.value: n for state, n in recovered.items()},
            )
            metrics.count(metrics.LEASE_EXPIRATIONS, recovered.total())
        if campaign.state is CampaignState.CANCELLED:
            cancel_waiting(session, campaign_id, f"campaign cancelled: {campaign.reason}")
            return None
        if campaign.expires_at is not None and now >= campaign.expires_at:
            expired = cancel_waiting(session, campaign_id, "expired")
            if expired:
                log.error("campaign expired", campaign=campaign_id, edition=edition, unsent=expired)
        known = totals(session, campaign_id)
        if campaign.state is CampaignState.SENDING and not any(known.counts[s] for s in OPEN):
            _finish(session, campaign, now)
            return None
        return _due(campaign, known, now)


def _finish(session: Session, campaign: Campaign, now: datetime) -> None:
    campaign.move(CampaignState.DONE)
    campaign.finished_at = now
    forget_idle(session)
    forget_throttle(session, (Scope.CAMPAIGN, str(campaign.id)))
    edition = find_edition(session, campaign.edition_id)
    if edition.state is EditionState.APPROVED:
        edition.move(EditionState.SENT)
        edition.sent_at = now
    if edition.run_id is not None:
        run = lock_run(session, edition.run_id)
        if run.state is RunState.IN_CAMPAIGN:
            run.move(RunState.DONE, now)
    states = {state.value: n for state, n in counts(session, campaign.id).items() if n}
    log.info(
        "campaign done",
        campaign=campaign.id,
        edition=campaign.edition_id,
        roster=campaign.roster,
        **states,
    )
