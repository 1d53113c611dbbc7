"""What of a campaign is due: a batch, its rows, and when to look at it again."""

from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    Text,
    Update,
    and_,
    bindparam,
    case,
    cast,
    func,
    null,
    or_,
    select,
    update,
)

from digest.domain.states import CLAIMABLE_DELIVERY_STATES, CampaignState, SubscriptionState
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
NOTED = (  # what a claim keeps of a row
    _ROW.c.id,
    _ROW.c.subscriber_id,
    _ROW.c.rendition_id,
    _ROW.c.address,
    _ROW.c.first_try_at,
    _ROW.c.key_id,
    _ROW.c.tries,
    _ROW.c.doubts,
)
NOW = bindparam("now", type_=UtcDateTime())
_IS_WAITING = or_(*(_ROW.c.state == state for state in CLAIMABLE_DELIVERY_STATES))
IS_DUE = and_(_IS_WAITING, _ROW.c.next_at <= NOW)
_IN_BATCH = and_(
    _ROW.c.id.between(bindparam("first"), bindparam("last")),
    _ROW.c.campaign_id == bindparam("campaign"),
)
_WAITS_IN_BATCH = and_(_IN_BATCH, _IS_WAITING)


def _due_batches() -> Select[*tuple[Any, ...]]:
    """Those of ``campaign`` at ``now``, held until the transaction ends, unless others hold them;
    none where it isn't sending."""
    return (
        select(_BATCH.c.id, _BATCH.c.first_id, _BATCH.c.last_id)
        .join(_CAMPAIGN, _CAMPAIGN.c.id == _BATCH.c.campaign_id)
        .where(
            _BATCH.c.campaign_id == bindparam("campaign"),
            _BATCH.c.next_at <= NOW,
            _CAMPAIGN.c.state == CampaignState.SENDING,
        )
        .with_for_update(skip_locked=True, of=_BATCH)
    )


def near_batch() -> ScalarSelect[UUID]:
    """The id of that ``batch``, which is held from now on; NULL where it isn't due or free."""
    near = _due_batches().where(_BATCH.c.id == bindparam("batch")).cte("near")
    return select(near.c.id).scalar_subquery()


def due_rows() -> Select[*tuple[Any, ...]]:
    """``size`` of a batch that is held."""
    rows = select(_ROW).where(_IN_BATCH, IS_DUE)
    return rows.order_by(_ROW.c.id).limit(bindparam("size", type_=Integer()))


def with_people(rows: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """These rows, why somebody must not be mailed after all (``barred``), and their time zones.

    The rows are found first, and only then who they are: else PostgreSQL joins people to the whole
    batch.
    """
    due = rows.cte("due")
    the_list = select(_CAMPAIGN.c.list_id).where(_CAMPAIGN.c.id == bindparam("campaign"))
    its_place = and_(
        _PLACE.c.subscriber_id == due.c.subscriber_id,
        _PLACE.c.list_id == the_list.scalar_subquery(),
    )
    return (
        select(
            *(due.c[column.key] for column in NOTED),
            due.c.state,
            _why_barred().label("barred"),
            func.coalesce(_PLACE.c.timezone, _PERSON.c.timezone).label("zone"),
        )
        .select_from(due)
        .join(_PERSON, _PERSON.c.id == due.c.subscriber_id)
        .outerjoin(_PLACE, its_place)
        .outerjoin(_BARRED, _BARRED.c.address_hash == _PERSON.c.address_hash)
        .order_by(due.c.id)
    )


def _why_barred() -> ColumnElement[str | None]:
    state = _PLACE.c.state
    is_back = and_(state == SubscriptionState.PAUSED, _PLACE.c.paused_until <= NOW)
    return case(
        (_BARRED.c.reason.is_not(None), "suppressed: " + cast(_BARRED.c.reason, Text())),
        (_PERSON.c.erased_at.is_not(None), "erased"),
        (or_(state == SubscriptionState.CONFIRMED, is_back), null()),
        (state == SubscriptionState.PAUSED, "paused"),
        else_="unsubscribed",
    )


def _next_batch(_: str) -> Select[*tuple[Any, ...]]:
    """Two senders that share a batch would wait for each other, so an idle one is preferred."""
    return _due_batches().order_by(_BATCH.c.sending > 0, _BATCH.c.position).limit(1)


def _ask(dialect: str, *, but: bool, near: bool) -> Select[*tuple[Any, ...]]:
    rows = due_rows().with_for_update(skip_locked=True)
    if near:
        rows = rows.where(near_batch().is_not(None))
    return with_people(rows.where(~is_among(dialect, _DOMAIN, "shut")) if but else rows)


def _look_again(_: str) -> Update:
    earliest = select(func.min(_ROW.c.next_at)).where(_WAITS_IN_BATCH).scalar_subquery()
    return update(_BATCH).where(_BATCH.c.id == bindparam("batch")).values(next_at=earliest)


def _look_at(_: str) -> Update:
    at = bindparam("at", type_=UtcDateTime())
    return update(_BATCH).where(_BATCH.c.id == bindparam("batch")).values(next_at=at)


def _waiting(dialect: str) -> Select[*tuple[Any, ...]]:
    domain: ColumnElement[Any] = case(
        (is_among(dialect, _DOMAIN, "shut"), _DOMAIN), else_=null()
    ).label("domain")
    earliest, n = func.min(_ROW.c.next_at).label("next_at"), func.count().label("n")
    return select(domain, earliest, n).where(_WAITS_IN_BATCH).group_by(domain)


# A batch with due rows, held until the transaction ends: of ``campaign``, ``now``.
NEXT_BATCH = Statement(_next_batch)

# Due rows of a batch, locked, and what decides whether they may be mailed: ``size`` of ``campaign``
# from ``first`` to ``last``, ``now``; and those of domains that are not ``shut``.
DUE_ROWS = Statement(partial(_ask, but=False, near=False))
DUE_ROWS_BUT = Statement(partial(_ask, but=True, near=False))

# The same where a batch has yet to be held: rows come where that ``batch`` is due and free.
NEAR_ROWS = Statement(partial(_ask, but=False, near=True))
NEAR_ROWS_BUT = Statement(partial(_ask, but=True, near=True))

# Make a ``batch`` due when the earliest of its waiting rows is, or ``at`` a time.
LOOK_AGAIN = Statement(_look_again)
LOOK_AT = Statement(_look_at)

# A batch's waiting rows (domain, next_at, n): each ``shut`` domain apart, and (as None) all others.
WAITING = Statement(_waiting)
