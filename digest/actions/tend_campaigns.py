"""What keeps campaigns going whatever dies: take up expired leases, end what is done or too old."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from digest import metrics
from digest.domain.rate import Scope
from digest.domain.states import CampaignState, DeliveryState, EditionState, RunState
from digest.log import get_logger
from digest.store.campaigns import Campaign, campaigns_in, counts, lock_campaign, next_due
from digest.store.editions import find_edition
from digest.store.engine import Database, Session
from digest.store.recovery import cancel_waiting, recover_expired
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


def tend_campaigns(db: Database, now: datetime) -> tuple[list[UUID], list[UUID]]:
    """Recover, expire and finish; gives the campaigns to start, and whom to ring for to send."""
    with db.read() as session:
        scheduled = campaigns_in(session, CampaignState.SCHEDULED)
        to_start = [c.id for c in scheduled if max(c.due_at, c.held_until or c.due_at) <= now]
        running = campaigns_in(
            session, CampaignState.SENDING, CampaignState.PAUSED, CampaignState.CANCELLED
        )
        held = [c.id for c in running if _needs_care(session, c)]
    due = [one for id_ in held if (one := _tend(db, id_, now)) is not None]
    metrics.set_to(metrics.QUEUE_AGE, _longest_wait(db, due, now))
    return to_start, bells(due)


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


def _longest_wait(db: Database, due: Sequence[Due], now: datetime) -> float:
    """In seconds, of what is due."""
    with db.read() as session:
        moments = [next_due(session, one.id) for one in due]
    return max(((now - at).total_seconds() for at in moments if at is not None), default=0.0)


def _needs_care(session: Session, campaign: Campaign) -> bool:
    """A cancelled campaign is looked after only while some of it is open: in somebody's hands, or
    given back after the cancelling."""
    if campaign.state is not CampaignState.CANCELLED:
        return True
    left = counts(session, campaign.id)
    return any(left[state] for state in OPEN)


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
        left = counts(session, campaign_id)
        if campaign.state is CampaignState.SENDING and not any(left[state] for state in OPEN):
            _finish(session, campaign, now)
            return None
        due = next_due(session, campaign_id)
        if campaign.state is not CampaignState.SENDING or due is None or due > now:
            return None
        waiting = left[DeliveryState.QUEUED] + left[DeliveryState.DEFERRED]
        return Due(campaign_id, waiting, left[DeliveryState.SENDING])


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
