"""What of a campaign is due: a batch, its rows, and when to look at it again."""

from functools import partial
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    Update,
    and_,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
    update,
)

from digest.domain.states import CLAIMABLE_DELIVERY_STATES, CampaignState
from digest.store.address_parts import domain_of
from digest.store.base import UtcDateTime, bare_table
from digest.store.campaigns import Batch, Campaign
from digest.store.deliveries import Delivery
from digest.store.rows import is_among
from digest.store.subscribers import Subscriber, Subscription
from digest.store.suppressions import Suppression
from digest.store.together import Statement

_BATCH, _ROW, _CAMPAIGN = map(bare_table, (Batch, Delivery, Campaign))
_PERSON, _PLACE, _BARRED = map(bare_table, (Subscriber, Subscription, Suppression))
_DOMAIN = domain_of(_ROW.c.address)
_NOW = bindparam("now", type_=UtcDateTime())
_IN_BATCH = and_(
    _ROW.c.id.between(bindparam("first"), bindparam("last")),
    _ROW.c.campaign_id == bindparam("campaign"),
    or_(*(_ROW.c.state == state for state in CLAIMABLE_DELIVERY_STATES)),
)


def _next_batch(_: str) -> Select[*tuple[Any, ...]]:
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


def _due_rows(dialect: str, *, but: bool, near: bool) -> Select[*tuple[Any, ...]]:
    rows = select(_ROW).where(_IN_BATCH, _ROW.c.next_at <= _NOW).order_by(_ROW.c.id)
    if but:
        rows = rows.where(~is_among(dialect, _DOMAIN, "shut"))
    if near:
        held = _due_batches().where(_BATCH.c.id == bindparam("batch")).cte("held")
        rows = rows.where(select(held.c.id).scalar_subquery().is_not(None))
    rows = rows.limit(bindparam("size", type_=Integer())).with_for_update(skip_locked=True)
    return _with_people(rows.cte("due"))


def _with_people(due: CTE) -> Select[*tuple[Any, ...]]:
    """The rows are found first, and only then who they are: else PostgreSQL joins people to the
    whole batch."""
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


def _look_again(_: str) -> Update:
    earliest = select(func.min(_ROW.c.next_at)).where(_IN_BATCH).scalar_subquery()
    return update(_BATCH).where(_BATCH.c.id == bindparam("batch")).values(next_at=earliest)


def _look_at(_: str) -> Update:
    at = bindparam("at", type_=UtcDateTime())
    return update(_BATCH).where(_BATCH.c.id == bindparam("batch")).values(next_at=at)


def _waiting(dialect: str) -> Select[*tuple[Any, ...]]:
    domain: ColumnElement[Any] = case(
        (is_among(dialect, _DOMAIN, "shut"), _DOMAIN), else_=null()
    ).label("domain")
    earliest, n = func.min(_ROW.c.next_at).label("next_at"), func.count().label("n")
    return select(domain, earliest, n).where(_IN_BATCH).group_by(domain)


# A batch with due rows, held until the transaction ends: of ``campaign``, ``now``.
NEXT_BATCH = Statement(_next_batch)

# Due rows of a batch, locked, and what decides whether they may be mailed: ``size`` of ``campaign``
# from ``first`` to ``last``, ``now``; and those of domains that are not ``shut``.
DUE_ROWS = Statement(partial(_due_rows, but=False, near=False))
DUE_ROWS_BUT = Statement(partial(_due_rows, but=True, near=False))

# The same where a batch has yet to be held: rows come where that ``batch`` is due and free.
NEAR_ROWS = Statement(partial(_due_rows, but=False, near=True))
NEAR_ROWS_BUT = Statement(partial(_due_rows, but=True, near=True))

# Make a ``batch`` due when the earliest of its waiting rows is, or ``at`` a time.
LOOK_AGAIN = Statement(_look_again)
LOOK_AT = Statement(_look_at)

# A batch's waiting rows (domain, next_at, n): each ``shut`` domain apart, and (as None) all others.
WAITING = Statement(_waiting)
