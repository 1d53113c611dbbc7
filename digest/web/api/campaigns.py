"""Campaigns and their deliveries: how they stand, and what operators do with them."""

from datetime import datetime
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel

from digest.actions.audit_campaign import CampaignReport, audit_campaign, campaign_status
from digest.actions.control_campaign import (
    cancel_campaign,
    pause_campaign,
    resolve_campaign,
    resume_campaign,
    retry_campaign,
)
from digest.clock import utc_now
from digest.domain.ids import message_key
from digest.domain.states import CampaignState, DeliveryState
from digest.store.campaigns import Campaign
from digest.store.deliveries import Delivery
from digest.store.lists import find_list
from digest.store.pages import campaigns_before, deliveries_after
from digest.web.api.guards import ByCaller
from digest.web.api.once import AnswerOnce
from digest.web.api.paging import MOST, Cursor, Limit, Page, id_in, page_of
from digest.web.api.words import Asked, Line
from digest.web.site import Here


class CampaignLine(BaseModel):
    """A campaign among others."""

    id: UUID
    edition: UUID
    state: CampaignState
    reason: str | None
    due: datetime
    started: datetime | None
    finished: datetime | None
    roster: int


class DeliveryDocument(BaseModel):
    """One campaign to one subscriber."""

    id: UUID
    subscriber: UUID
    address: str
    state: DeliveryState
    reason: str | None
    reply: str | None
    tries: int
    doubts: int
    sent: datetime | None
    message_id: str


class Why(Asked):
    """The reason, which is shown beside it."""

    reason: Line


class Resolve(Asked):
    """What is to become of uncertain deliveries: one of them, or all."""

    send_again: bool
    delivery: UUID | None = None


class Retry(Asked):
    """Whose deliveries are to be sent again: failed or cancelled ones."""

    state: DeliveryState


class HowMany(BaseModel):
    """How many deliveries it concerned."""

    deliveries: int


def list_campaigns(
    site: Here, list_slug: str, limit: Limit = MOST, cursor: Cursor = None
) -> Page[CampaignLine]:
    """A list's campaigns, the newest first."""
    with site.db.read() as session:
        only = (find_list(session, list_slug).id,)
        rows = campaigns_before(session, only, id_in(cursor), limit + 1)
    return page_of(rows, limit, _line, lambda row: row.id)


def show_campaign(site: Here, campaign_id: UUID) -> CampaignReport:
    """How a campaign stands, by its tallies."""
    return campaign_status(site.db, campaign_id, utc_now())


def audit(site: Here, campaign_id: UUID) -> CampaignReport:
    """The same, with every row counted."""
    return audit_campaign(site.db, campaign_id, utc_now())


def list_deliveries(
    site: Here,
    campaign_id: UUID,
    state: DeliveryState | None = None,
    limit: Limit = MOST,
    cursor: Cursor = None,
) -> Page[DeliveryDocument]:
    """A campaign's deliveries in the order of its roster."""
    with site.db.read() as session:
        rows = deliveries_after(session, campaign_id, state, id_in(cursor), limit + 1)
    return page_of(rows, limit, _delivery, lambda row: row.id)


def pause(site: Here, caller: ByCaller, campaign_id: UUID, ask: Why) -> CampaignReport:
    """Stop at the next window; nothing is lost."""
    pause_campaign(site.db, campaign_id, reason=ask.reason, now=utc_now(), actor=caller.actor)
    return show_campaign(site, campaign_id)


def resume(site: Here, caller: ByCaller, campaign_id: UUID) -> CampaignReport:
    """Go on where it was paused."""
    resume_campaign(site.db, campaign_id, now=utc_now(), actor=caller.actor)
    return show_campaign(site, campaign_id)


def cancel(site: Here, caller: ByCaller, campaign_id: UUID, ask: Why) -> CampaignReport:
    """End a campaign for good; who was not reached is not mailed."""
    cancel_campaign(site.db, campaign_id, reason=ask.reason, now=utc_now(), actor=caller.actor)
    return show_campaign(site, campaign_id)


def resolve(
    site: Here, caller: ByCaller, once: AnswerOnce, campaign_id: UUID, ask: Resolve
) -> Response:
    """Decide uncertain deliveries: sent after all, or to be sent once more."""

    def act() -> HowMany:
        n = resolve_campaign(
            site.db,
            campaign_id,
            send_again=ask.send_again,
            delivery_id=ask.delivery,
            now=utc_now(),
            actor=caller.actor,
        )
        return HowMany(deliveries=n)

    return once(act, 200)


def retry(
    site: Here, caller: ByCaller, once: AnswerOnce, campaign_id: UUID, ask: Retry
) -> Response:
    """Send again to those whose delivery ended in a state."""

    def act() -> HowMany:
        n = retry_campaign(site.db, campaign_id, state=ask.state, now=utc_now(), actor=caller.actor)
        return HowMany(deliveries=n)

    return once(act, 200)


def _line(row: Campaign) -> CampaignLine:
    return CampaignLine(
        id=row.id,
        edition=row.edition_id,
        state=row.state,
        reason=row.reason,
        due=row.due_at,
        started=row.started_at,
        finished=row.finished_at,
        roster=row.roster,
    )


def _delivery(row: Delivery) -> DeliveryDocument:
    return DeliveryDocument(
        id=row.id,
        subscriber=row.subscriber_id,
        address=row.address,
        state=row.state,
        reason=row.reason,
        reply=row.reply,
        tries=row.tries,
        doubts=row.doubts,
        sent=row.sent_at,
        message_id=message_key(row.campaign_id, row.subscriber_id).hex,
    )
