"""Take an edition back, so that its briefs can go into another one."""

from datetime import datetime
from uuid import UUID

from digest.actions.edition_locks import hold_edition
from digest.domain.errors import Illegal
from digest.domain.states import CampaignState, DeliveryState, EditionState, RunState
from digest.store import audit
from digest.store.campaigns import Campaign, campaign_of_edition, counts, lock_campaign
from digest.store.editions import Edition, find_edition, free_briefs
from digest.store.engine import Database, Session
from digest.store.runs import OPEN_RUN_STATES, lock_run

_REACHED = (DeliveryState.SENT, DeliveryState.UNCERTAIN)
_UNDER_WAY = (CampaignState.SENDING, CampaignState.PAUSED)


def withdraw_edition(
    db: Database,
    edition_id: UUID,
    *,
    reason: str | None = None,
    ends_run: bool = False,
    now: datetime,
    actor: str,
) -> None:
    """Withdraw a draft or an approved edition; nothing happens where it is withdrawn already.

    Its briefs are freed, unless somebody got it: nobody gets a brief twice. A campaign that has
    not begun is cancelled with it; ``Illegal`` where one is under way, or all is sent. With
    ``ends_run`` its run is skipped, so that no other draft is built in its place.
    """
    with db.begin() as session:
        campaign = _campaign(session, edition_id)  # locked first, as those who send do
        edition = hold_edition(session, edition_id)
        if edition.state is EditionState.WITHDRAWN:
            return
        _refuse_if_under_way(session, edition, campaign)
        was = edition.state
        edition.move(EditionState.WITHDRAWN)
        if campaign is not None and campaign.state is CampaignState.SCHEDULED:
            _cancel(session, campaign, edition, reason, now, actor)
        elif ends_run and edition.run_id is not None:
            _skip_run(session, edition.run_id, reason, now, actor)
        reached = _reached(session, campaign)
        if not reached:
            free_briefs(session, edition.id)
        audit.record(
            session,
            now=now,
            actor=actor,
            action="withdrawn",
            noun="edition",
            noun_id=edition.id,
            before={"state": was},
            after={"reason": reason, "briefs_freed": not reached, "had_reached": reached},
        )


def _campaign(session: Session, edition_id: UUID) -> Campaign | None:
    find_edition(session, edition_id)
    campaign = campaign_of_edition(session, edition_id)
    return None if campaign is None else lock_campaign(session, campaign.id)


def _refuse_if_under_way(session: Session, edition: Edition, campaign: Campaign | None) -> None:
    current = campaign_of_edition(session, edition.id)
    if current is not None and (campaign is None or campaign.state in _UNDER_WAY):
        raise Illegal(
            f"No. {edition.number} is being sent (campaign {current.id}); cancel that first."
        )


def _cancel(
    session: Session,
    campaign: Campaign,
    edition: Edition,
    reason: str | None,
    now: datetime,
    actor: str,
) -> None:
    """The campaign of a withdrawn edition never begins, and its run is over."""
    why = "its edition was withdrawn" + (f": {reason}" if reason else "")
    campaign.move(CampaignState.CANCELLED, why)
    campaign.finished_at = now
    if edition.run_id is not None:
        run = lock_run(session, edition.run_id)
        if run.state is RunState.IN_CAMPAIGN:
            run.move(RunState.DONE, now, f"Its campaign was cancelled: {why}.")
    audit.record(
        session,
        now=now,
        actor=actor,
        action="cancelled",
        noun="campaign",
        noun_id=campaign.id,
        before={"state": CampaignState.SCHEDULED},
        after={"reason": why},
    )


def _skip_run(
    session: Session, run_id: UUID, reason: str | None, now: datetime, actor: str
) -> None:
    run = lock_run(session, run_id)
    if run.state in OPEN_RUN_STATES:
        why = f": {reason}" if reason else "."
        run.move(RunState.SKIPPED, now, f"{actor} withdrew its edition{why}")


def _reached(session: Session, campaign: Campaign | None) -> int:
    """How many people got the edition, or may have got it."""
    if campaign is None:
        return 0
    states = counts(session, campaign.id)
    return sum(states[state] for state in _REACHED)
