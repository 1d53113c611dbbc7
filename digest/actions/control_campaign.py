"""What an operator does to a campaign: pause, resume, cancel, resolve, retry."""

from datetime import datetime
from uuid import UUID

from digest.domain.errors import Illegal
from digest.domain.rate import Scope
from digest.domain.states import CampaignState, DeliveryState, RunState
from digest.store import audit
from digest.store.campaigns import Campaign, lock_campaign, refuse_if_forgotten
from digest.store.editions import find_edition
from digest.store.engine import Database, Session
from digest.store.recovery import cancel_waiting, resolve_uncertain, retry_final
from digest.store.reply_windows import forget_replies
from digest.store.runs import lock_run
from digest.store.throttles import forget_throttle

RETRYABLE = (DeliveryState.FAILED, DeliveryState.CANCELLED)


def pause_campaign(
    db: Database, campaign_id: UUID, *, reason: str, now: datetime, actor: str
) -> None:
    """Stop sending at the next window; nothing is lost."""
    with db.begin() as session:
        campaign = lock_campaign(session, campaign_id)
        _note(session, campaign, "paused", now, actor, reason)
        campaign.move(CampaignState.PAUSED, reason)


def resume_campaign(db: Database, campaign_id: UUID, *, now: datetime, actor: str) -> None:
    """Go on where it was paused."""
    with db.begin() as session:
        campaign = lock_campaign(session, campaign_id)
        if campaign.state is not CampaignState.PAUSED:
            raise Illegal(f"This campaign is {campaign.state}; only a paused one can be resumed.")
        _note(session, campaign, "resumed", now, actor, None)
        forget_replies(session, campaign_id)  # somebody has looked; what counts comes from now on
        campaign.move(CampaignState.SENDING)


def override_hold(
    db: Database, campaign_id: UUID, *, reason: str, now: datetime, actor: str
) -> None:
    """Let a campaign start although its domain, or what readers said of the last one, holds it."""
    if not reason.strip():
        raise Illegal("Say why it may start all the same; it is kept with the campaign.")
    with db.begin() as session:
        campaign = lock_campaign(session, campaign_id)
        if campaign.state is not CampaignState.SCHEDULED:
            raise Illegal(f"This campaign is {campaign.state}; nothing holds it back.")
        audit.record(
            session,
            now=now,
            actor=actor,
            action="let start although held back",
            noun="campaign",
            noun_id=campaign.id,
            before={"held": campaign.reason},
            after={"reason": reason},
        )
        campaign.overridden, campaign.held_until, campaign.reason = True, None, None


def cancel_campaign(
    db: Database, campaign_id: UUID, *, reason: str, now: datetime, actor: str
) -> int:
    """End a campaign for good; gives how many deliveries were not sent because of it."""
    with db.begin() as session:
        campaign = lock_campaign(session, campaign_id)
        _note(session, campaign, "cancelled", now, actor, reason)
        campaign.move(CampaignState.CANCELLED, reason)
        campaign.finished_at = now
        forget_throttle(session, (Scope.CAMPAIGN, str(campaign_id)))
        _end_run(session, campaign, f"campaign cancelled: {reason}", now)
        return cancel_waiting(session, campaign_id, f"campaign cancelled: {reason}")


def resolve_campaign(
    db: Database,
    campaign_id: UUID,
    *,
    send_again: bool,
    delivery_id: UUID | None = None,
    now: datetime,
    actor: str,
) -> int:
    """Decide one or all uncertain deliveries: sent after all, or to be sent once more.

    What was doubtful twice can only be marked. Gives how many were decided.
    """
    with db.begin() as session:
        campaign = lock_campaign(session, campaign_id)
        refuse_if_forgotten(campaign)
        state = DeliveryState.QUEUED if send_again else DeliveryState.SENT
        decided = resolve_uncertain(
            session,
            campaign_id,
            state,
            delivery_id=delivery_id,
            reason=f"{'sent again' if send_again else 'marked as sent'} by {actor}",
            now=now,
        )
        _note(session, campaign, f"resolved {decided} as {state}", now, actor, None)
        if send_again and decided and campaign.state is CampaignState.DONE:
            _reopen(campaign, now)
        return decided


def retry_campaign(
    db: Database, campaign_id: UUID, *, state: DeliveryState, now: datetime, actor: str
) -> int:
    """Send again to those whose delivery ended in ``state``; gives how many they are."""
    if state not in RETRYABLE:
        raise Illegal(
            f"Deliveries that are {state} can't be retried; "
            f"{' and '.join(RETRYABLE)} can (uncertain ones: see resolve)."
        )
    with db.begin() as session:
        campaign = lock_campaign(session, campaign_id)
        if campaign.state is CampaignState.CANCELLED:
            raise Illegal("This campaign was cancelled; nothing of it can be sent again.")
        refuse_if_forgotten(campaign)
        again = retry_final(session, campaign_id, state, now)
        _note(session, campaign, f"retried {again} {state}", now, actor, None)
        if again and campaign.state is CampaignState.DONE:
            _reopen(campaign, now)
        return again


def _end_run(session: Session, campaign: Campaign, reason: str, now: datetime) -> None:
    run_id = find_edition(session, campaign.edition_id).run_id
    if run_id is not None:
        run = lock_run(session, run_id)
        if run.state is RunState.IN_CAMPAIGN:
            run.move(RunState.DONE, now, reason)


def _reopen(campaign: Campaign, now: datetime) -> None:
    campaign.move(CampaignState.SENDING)
    campaign.finished_at = None
    campaign.expires_at = now + campaign.expires_after


def _note(
    session: Session,
    campaign: Campaign,
    action: str,
    now: datetime,
    actor: str,
    reason: str | None,
) -> None:
    audit.record(
        session,
        now=now,
        actor=actor,
        action=action,
        noun="campaign",
        noun_id=campaign.id,
        before={"state": campaign.state},
        after={"reason": reason} if reason else None,
    )
