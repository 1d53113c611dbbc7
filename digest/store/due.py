"""What of a campaign is due: a batch, its rows, and when to look at it again.

The statements are built once: a sender runs them some fifty times a second.
"""

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, Update, and_, bindparam, case, func, null, select, update
from sqlalchemy.orm import Session

from digest.domain.states import CLAIMABLE_DELIVERY_STATES, CampaignState
from digest.store.base import UtcDateTime, bare_table
from digest.store.campaigns import Batch, Campaign
from digest.store.deliveries import Delivery
from digest.store.engine import domain_of
from digest.store.subscribers import Subscriber, Subscription
from digest.store.suppressions import Suppression

_BATCH, _ROW, _CAMPAIGN = map(bare_table, (Batch, Delivery, Campaign))
_PERSON, _PLACE, _BARRED = map(bare_table, (Subscriber, Subscription, Suppression))
_DOMAIN = domain_of(_ROW.c.address)
_NOW = bindparam("now", type_=UtcDateTime())
_IN_BATCH = and_(
    _ROW.c.id.between(bindparam("first"), bindparam("last")),
    _ROW.c.campaign_id == bindparam("campaign"),
    _ROW.c.state.in_(CLAIMABLE_DELIVERY_STATES),
)


def due_batch(session: Session, campaign_id: UUID, now: datetime, near: UUID | None) -> Any:
    """A batch with due rows, held until the transaction ends; None where there is none."""
    given = {"campaign": campaign_id, "now": now}
    if near is not None:
        batch = session.execute(_batch_again(), {**given, "near": near}).first()
        if batch is not None:
            return batch
    return session.execute(_next_batch(), given).first()


@cache
def _batch_again() -> Select[*tuple[Any, ...]]:
    return _due_batches().where(_BATCH.c.id == bindparam("near"))


@cache
def _next_batch() -> Select[*tuple[Any, ...]]:
    """Two senders that share a batch would wait for each other, so an idle one is preferred."""
    return _due_batches().order_by(_BATCH.c.sending > 0, _BATCH.c.position).limit(1)


def _due_batches() -> Select[*tuple[Any, ...]]:
    return (
        select(_BATCH.c.id, _BATCH.c.first_id, _BATCH.c.last_id)
        .join(_CAMPAIGN, _CAMPAIGN.c.id == _BATCH.c.campaign_id)
        .where(
            _BATCH.c.campaign_id == bindparam("campaign"),
            _BATCH.c.next_at <= _NOW,
            _CAMPAIGN.c.state == CampaignState.SENDING,
        )
        .with_for_update(skip_locked=True, of=_BATCH)
    )


@cache
def due_rows() -> Select[*tuple[Any, ...]]:
    """Due rows of a batch, locked, and what decides whether they may be mailed."""
    return _with_people(_locked())


@cache
def due_rows_but() -> Select[*tuple[Any, ...]]:
    """Those of domains that are not shut."""
    return _with_people(_locked().where(_DOMAIN.not_in(bindparam("shut", expanding=True))))


def _locked() -> Select[*tuple[Any, ...]]:
    return (
        select(_ROW)
        .where(_IN_BATCH, _ROW.c.next_at <= _NOW)
        .order_by(_ROW.c.id)
        .limit(bindparam("size", type_=Integer()))
        .with_for_update(skip_locked=True)
    )


def _with_people(rows: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """``rows`` are found first, and only then who they are: else PostgreSQL joins people to the
    whole batch."""
    due = rows.cte("due")
    return (
        select(
            due.c.id,
            due.c.state,
            due.c.campaign_id,
            due.c.subscriber_id,
            due.c.rendition_id,
            due.c.address,
            due.c.first_try_at,
            due.c.key_id,
            due.c.tries,
            due.c.doubts,
            _BARRED.c.reason.label("suppressed"),
            _PERSON.c.erased_at,
            _PLACE.c.state.label("subscription"),
            _PLACE.c.paused_until,
            func.coalesce(_PLACE.c.timezone, _PERSON.c.timezone).label("zone"),
        )
        .select_from(due)
        .join(_PERSON, _PERSON.c.id == due.c.subscriber_id)
        .join(_CAMPAIGN, _CAMPAIGN.c.id == due.c.campaign_id)
        .outerjoin(
            _PLACE,
            and_(
                _PLACE.c.subscriber_id == due.c.subscriber_id,
                _PLACE.c.list_id == _CAMPAIGN.c.list_id,
            ),
        )
        .outerjoin(_BARRED, _BARRED.c.address_hash == _PERSON.c.address_hash)
        .order_by(due.c.id)
    )


@cache
def look_again() -> Update:
    """Make a batch due when the earliest of its waiting rows is."""
    earliest = select(func.min(_ROW.c.next_at)).where(_IN_BATCH).scalar_subquery()
    return update(_BATCH).where(_BATCH.c.id == bindparam("batch")).values(next_at=earliest)


@cache
def waiting() -> Select[*tuple[Any, ...]]:
    """A batch's waiting rows: each shut domain apart, and (as None) all others."""
    is_shut = _DOMAIN.in_(bindparam("shut", expanding=True))
    domain = case((is_shut, _DOMAIN), else_=null()).label("domain")
    return select(domain, func.min(_ROW.c.next_at), func.count()).where(_IN_BATCH).group_by(domain)
