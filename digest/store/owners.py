"""Which lists a thing belongs to: what decides who may see it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from digest.domain.errors import NotFound
from digest.store.campaigns import Campaign
from digest.store.deliveries import Delivery
from digest.store.editions import Edition
from digest.store.imports import PeopleImport
from digest.store.lists import MailingList
from digest.store.runs import Run
from digest.store.subscribers import Subscriber, Subscription


def lists_of_slug(session: Session, slug: str) -> Collection[UUID]:
    return _the_one(session, select(MailingList.id).where(MailingList.slug == slug), "list", slug)


def lists_of_edition(session: Session, edition_id: UUID) -> Collection[UUID]:
    found = select(Edition.list_id).where(Edition.id == edition_id)
    return _the_one(session, found, "edition", edition_id)


def lists_of_campaign(session: Session, campaign_id: UUID) -> Collection[UUID]:
    found = select(Campaign.list_id).where(Campaign.id == campaign_id)
    return _the_one(session, found, "campaign", campaign_id)


def lists_of_run(session: Session, run_id: UUID) -> Collection[UUID]:
    return _the_one(session, select(Run.list_id).where(Run.id == run_id), "run", run_id)


def lists_of_delivery(session: Session, delivery_id: UUID) -> Collection[UUID]:
    found = (
        select(Campaign.list_id)
        .join(Delivery, Delivery.campaign_id == Campaign.id)
        .where(Delivery.id == delivery_id)
    )
    return _the_one(session, found, "delivery", delivery_id)


def lists_of_import(session: Session, import_id: UUID) -> Collection[UUID]:
    found = select(PeopleImport.list_id).where(PeopleImport.id == import_id)
    return _the_one(session, found, "import", import_id)


def lists_of_subscriber(session: Session, subscriber_id: UUID) -> Collection[UUID]:
    """Those that somebody is, or was, on; maybe none."""
    if session.get(Subscriber, subscriber_id) is None:
        raise NotFound(f"There is no subscriber {subscriber_id}.")
    return session.scalars(
        select(Subscription.list_id).where(Subscription.subscriber_id == subscriber_id)
    ).all()


def _the_one(session: Session, found: Select[UUID], noun: str, named: object) -> Collection[UUID]:
    list_id = session.scalar(found)
    if list_id is None:
        raise NotFound(f"There is no {noun} {str(named)!r}.")
    return (list_id,)
