"""Rows a page at a time: by their ids, which are in order of time, so that nothing that is added
meanwhile moves what comes next."""

from collections.abc import Collection, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from digest.domain.states import DeliveryState
from digest.store.briefs import Brief
from digest.store.campaigns import Campaign
from digest.store.deliveries import Delivery, of_campaign
from digest.store.editions import Edition
from digest.store.runs import Run
from digest.store.sources import Source
from digest.store.subscribers import Subscription
from digest.store.suppressions import Suppression

R = TypeVar("R", bound=Any)
Lists = Collection[UUID] | None  # None: all


def briefs_before(session: Session, before: UUID | None, limit: int) -> Sequence[Brief]:
    """The newest first."""
    whole = select(Brief).options(joinedload(Brief.source), selectinload(Brief.related))
    return _before(session, whole, Brief.id, before, limit)


def runs_before(session: Session, lists: Lists, before: UUID | None, limit: int) -> Sequence[Run]:
    return _before(session, _of(select(Run), Run.list_id, lists), Run.id, before, limit)


def editions_before(
    session: Session, lists: Lists, before: UUID | None, limit: int
) -> Sequence[Edition]:
    found = _of(select(Edition), Edition.list_id, lists)
    return _before(session, found, Edition.id, before, limit)


def campaigns_before(
    session: Session, lists: Lists, before: UUID | None, limit: int
) -> Sequence[Campaign]:
    found = _of(select(Campaign), Campaign.list_id, lists)
    return _before(session, found, Campaign.id, before, limit)


def deliveries_after(
    session: Session,
    campaign_id: UUID,
    state: DeliveryState | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Delivery]:
    """In the order of the roster."""
    found = select(Delivery).where(of_campaign(campaign_id))
    if state is not None:
        found = found.where(Delivery.state == state)
    if after is not None:
        found = found.where(Delivery.id > after)
    return session.scalars(found.order_by(Delivery.id).limit(limit)).all()


def subscriptions_after(
    session: Session, list_id: UUID, after: UUID | None, limit: int
) -> Sequence[Subscription]:
    """Those of one list with their subscribers, who came first first."""
    found = (
        select(Subscription)
        .where(Subscription.list_id == list_id)
        .options(joinedload(Subscription.subscriber))
    )
    if after is not None:
        found = found.where(Subscription.subscriber_id > after)
    return session.scalars(found.order_by(Subscription.subscriber_id).limit(limit)).all()


def suppressions_after(session: Session, after: str | None, limit: int) -> Sequence[Suppression]:
    """In the order of their hashes, which is none that says anything."""
    found = select(Suppression)
    if after is not None:
        found = found.where(Suppression.address_hash > after)
    return session.scalars(found.order_by(Suppression.address_hash).limit(limit)).all()


def sources_after(session: Session, after: str | None, limit: int) -> Sequence[Source]:
    found = select(Source)
    if after is not None:
        found = found.where(Source.slug > after)
    return session.scalars(found.order_by(Source.slug).limit(limit)).all()


def _of(found: Select[R], column: Any, lists: Lists) -> Select[R]:
    return found if lists is None else found.where(column.in_(lists))


def _before(
    session: Session, found: Select[R], column: Any, before: UUID | None, limit: int
) -> Sequence[R]:
    if before is not None:
        found = found.where(column < before)
    return session.scalars(found.order_by(column.desc()).limit(limit)).all()
