"""Campaigns at the desk: the list of them, one as it runs, and what an operator does to it."""

from collections.abc import Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from fastapi import Response

from digest.accounts.roles import reaches
from digest.actions.audit_campaign import CampaignReport, audit_campaign
from digest.actions.control_campaign import (
    cancel_campaign,
    override_hold,
    pause_campaign,
    resolve_campaign,
    resume_campaign,
    retry_campaign,
)
from digest.actions.follow_campaign import Live, follow_campaign
from digest.actions.list_campaigns import list_campaigns
from digest.actions.see import note_sight
from digest.actions.throttles import set_campaign_rate
from digest.clock import utc_now
from digest.domain.errors import Illegal
from digest.domain.role import Role
from digest.domain.states import DeliveryState
from digest.operate.spans import number
from digest.store.deliveries import Delivery, list_deliveries, possible_copies
from digest.store.engine import Database
from digest.store.feedback import complaints_by_domain
from digest.web.desk.charts import progress_line
from digest.web.desk.desk import AtDesk, Desk
from digest.web.posted import Posted, first

MOST_UNCERTAIN = 20
MOST_NAMED = 100  # doubtful deliveries that the proof names one by one


def show_campaigns(desk: AtDesk) -> Response:
    """GET /desk/campaigns: those that run, and the latest that ended."""
    mine = [
        one for one in list_campaigns(desk.site.db) if desk.viewer.grants.on(one.campaign.list_id)
    ]
    return desk.page("desk/campaigns.html", campaigns=mine)


def show_campaign(desk: AtDesk, campaign_id: UUID) -> Response:
    """GET /desk/campaigns/{campaign_id}: all of it, as it is now."""
    followed = follow_campaign(desk.site.db, campaign_id, utc_now())
    values = live_values(desk, followed.live)
    uncertain = _uncertain(desk.site.db, followed.live)
    if uncertain and values["may"]:
        _note_uncertain(desk, campaign_id)
    return desk.page(
        "desk/campaign.html",
        followed=followed,
        line=progress_line(followed.points, followed.live.campaign.roster),
        uncertain=uncertain,
        **values,
    )


def show_audit(desk: AtDesk, campaign_id: UUID) -> Response:
    """GET …/audit: every row counted, and the proof that it adds up, or where it doesn't."""
    report = audit_campaign(desk.site.db, campaign_id, utc_now())
    return desk.page(
        "desk/campaign_audit.html",
        report=report,
        doubtful=_doubtful(desk.site.db, report),
        more=max(0, report.possible_copies - MOST_NAMED),
        complaints=_complaints(desk.site.db, campaign_id),
        counted_at=utc_now(),
    )


def post_pause(desk: AtDesk, campaign_id: UUID, fields: Posted) -> Response:
    """POST …/pause."""
    reason = first(fields, "reason") or f"paused by {desk.viewer.name}"
    pause_campaign(desk.site.db, campaign_id, reason=reason, now=utc_now(), actor=desk.actor)
    return _back(desk, campaign_id, "Paused. What is under way is finished; nothing more is taken.")


def post_resume(desk: AtDesk, campaign_id: UUID) -> Response:
    """POST …/resume."""
    resume_campaign(desk.site.db, campaign_id, now=utc_now(), actor=desk.actor)
    return _back(desk, campaign_id, "Sending goes on.")


def post_override(desk: AtDesk, campaign_id: UUID, fields: Posted) -> Response:
    """POST …/override: start what is held back."""
    reason = first(fields, "reason")
    override_hold(desk.site.db, campaign_id, reason=reason, now=utc_now(), actor=desk.actor)
    return _back(desk, campaign_id, "It starts.")


def post_cancel(desk: AtDesk, campaign_id: UUID, fields: Posted) -> Response:
    """POST …/cancel: for good."""
    reason = first(fields, "reason")
    if not reason:
        raise Illegal("Say why it is cancelled; it is kept with the campaign.")
    unsent = cancel_campaign(
        desk.site.db, campaign_id, reason=reason, now=utc_now(), actor=desk.actor
    )
    return _back(desk, campaign_id, f"Cancelled; {number(unsent, 'person', 'people')} got nothing.")


def post_retry(desk: AtDesk, campaign_id: UUID, fields: Posted) -> Response:
    """POST …/retry: those that failed, or expired, once more."""
    state = _state(fields)
    again = retry_campaign(desk.site.db, campaign_id, state=state, now=utc_now(), actor=desk.actor)
    return _back(desk, campaign_id, f"{number(again, 'delivery', 'deliveries')} wait again.")


def post_resolve(desk: AtDesk, campaign_id: UUID, fields: Posted) -> Response:
    """POST …/resolve: mark what is uncertain as sent, or send it once more; one or all."""
    one = first(fields, "delivery")
    send_again = first(fields, "how") == "send"
    decided = resolve_campaign(
        desk.site.db,
        campaign_id,
        send_again=send_again,
        delivery_id=_id_of(one) if one else None,
        now=utc_now(),
        actor=desk.actor,
    )
    what = "wait to be sent once more" if send_again else "are marked as sent"
    return _back(desk, campaign_id, f"{number(decided, 'delivery', 'deliveries')}: {what}.")


def post_rate(desk: AtDesk, campaign_id: UUID, fields: Posted) -> Response:
    """POST …/rate: of this campaign alone; empty takes the limit away."""
    rate = first(fields, "rate") or None
    kept = set_campaign_rate(desk.site.db, campaign_id, rate, now=utc_now(), actor=desk.actor)
    said = f"It sends at most {kept}." if kept else "It sends as fast as relays take it."
    return _back(desk, campaign_id, said)


def live_values(desk: Desk, live: Live) -> dict[str, Any]:
    """What the parts that change are filled with."""
    return {
        "live": live,
        "campaign": live.campaign,
        "may": reaches(desk.viewer.grants.on(live.campaign.list_id), Role.OPERATOR),
        "now": utc_now(),
    }


def _doubtful(db: Database, report: CampaignReport) -> Sequence[Delivery]:
    """The first of those that may have got a copy."""
    if not report.possible_copies:
        return ()
    with db.read() as session:
        return possible_copies(session, report.campaign, MOST_NAMED)


def _complaints(db: Database, campaign_id: UUID) -> Sequence[tuple[str, int]]:
    """Who called it spam, by the mailbox's domain."""
    with db.read() as session:
        return complaints_by_domain(session, campaign_id)


def _uncertain(db: Database, live: Live) -> Sequence[Delivery]:
    """The first of those that a person has to decide."""
    if not live.counts[DeliveryState.UNCERTAIN]:
        return ()
    with db.read() as session:
        rows = list_deliveries(session, live.campaign.id, DeliveryState.UNCERTAIN)
        return list(islice(rows, MOST_UNCERTAIN))


def _note_uncertain(desk: Desk, campaign_id: UUID) -> None:
    """Here alone addresses are shown now and then: the route can't say so by itself."""
    note_sight(
        desk.site.db,
        "uncertain deliveries",
        noun="campaign",
        noun_id=campaign_id,
        now=utc_now(),
        actor=desk.actor,
    )


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Illegal("That is not the id of a delivery.") from None


def _state(fields: Posted) -> DeliveryState:
    try:
        return DeliveryState(first(fields, "state") or DeliveryState.FAILED)
    except ValueError:
        raise Illegal("There is no such state.") from None


def _back(desk: Desk, campaign_id: UUID, said: str) -> Response:
    return desk.redirect(f"/desk/campaigns/{campaign_id}", said=said)
