"""What keeps campaigns going whatever dies: take up expired leases, end what is done or too old."""

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

log = get_logger(__name__)


def tend_campaigns(db: Database, now: datetime) -> tuple[list[UUID], list[UUID]]:
    """Recover, expire and finish; gives the campaigns to start, and those with mail to send."""
    with db.read() as session:
        scheduled = campaigns_in(session, CampaignState.SCHEDULED)
        to_start = [c.id for c in scheduled if max(c.due_at, c.held_until or c.due_at) <= now]
        running = campaigns_in(
            session, CampaignState.SENDING, CampaignState.PAUSED, CampaignState.CANCELLED
        )
        held = [c.id for c in running if _needs_care(session, c)]
    to_send = [id_ for id_ in held if _tend(db, id_, now)]
    metrics.set_to(metrics.QUEUE_AGE, _longest_wait(db, to_send, now))
    return to_start, to_send


def _longest_wait(db: Database, to_send: list[UUID], now: datetime) -> float:
    """In seconds, of what is due."""
    with db.read() as session:
        due = [next_due(session, id_) for id_ in to_send]
    return max(((now - at).total_seconds() for at in due if at is not None), default=0.0)


def _needs_care(session: Session, campaign: Campaign) -> bool:
    """A cancelled campaign is looked after only while some of it is open: in somebody's hands, or
    given back after the cancelling."""
    if campaign.state is not CampaignState.CANCELLED:
        return True
    left = counts(session, campaign.id)
    return any(left[state] for state in OPEN)


def _tend(db: Database, campaign_id: UUID, now: datetime) -> bool:
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
            return False
        if campaign.expires_at is not None and now >= campaign.expires_at:
            expired = cancel_waiting(session, campaign_id, "expired")
            if expired:
                log.error("campaign expired", campaign=campaign_id, edition=edition, unsent=expired)
        left = counts(session, campaign_id)
        if campaign.state is CampaignState.SENDING and not any(left[state] for state in OPEN):
            _finish(session, campaign, now)
            return False
        due = next_due(session, campaign_id)
        return campaign.state is CampaignState.SENDING and due is not None and due <= now


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
