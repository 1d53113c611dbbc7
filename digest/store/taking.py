"""How rows become a sender's: marked by their ids, or found, asked about and marked at once."""

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Float,
    ScalarSelect,
    Select,
    Update,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    select,
    true,
    update,
)

from digest.domain.states import CLAIMABLE_DELIVERY_STATES, DeliveryState
from digest.store.base import bare_table
from digest.store.campaigns import Batch
from digest.store.deliveries import Delivery
from digest.store.due import IS_DUE, NOTED, NOW, due_rows, near_batch, with_people
from digest.store.engine import db_now
from digest.store.rows import is_among
from digest.store.together import Statement

_BATCH, _ROW = map(bare_table, (Batch, Delivery))


def _taken(rows: Update) -> Update:
    is_first = _ROW.c.first_try_at.is_(None)
    return rows.values(
        state=DeliveryState.SENDING,
        owner=bindparam("mine", type_=Uuid()),
        lease_until=db_now(bindparam("lease", type_=Float())),
        claims=_ROW.c.claims + 1,
        key_id=case((is_first, bindparam("key", type_=Uuid())), else_=_ROW.c.key_id),
        first_try_at=func.coalesce(_ROW.c.first_try_at, NOW),
    )


def _take(dialect: str) -> Update:
    return _taken(update(_ROW).where(is_among(dialect, _ROW.c.id, "ids")))


def _take_near(_: str) -> Select[*tuple[Any, ...]]:
    """No row is locked before it is updated: whoever changes its state holds the batch. What was
    changed just before the batch was held the UPDATE looks at once more, and leaves."""
    batch = near_batch()
    who = with_people(due_rows().where(batch.is_not(None))).cte("who")
    is_as_found = and_(_ROW.c.id == who.c.id, _ROW.c.state == who.c.state, IS_DUE)
    taken = (
        _taken(update(_ROW).where(is_as_found, who.c.barred.is_(None)))
        .returning(*NOTED, who.c.state.label("before"))
        .cte("taken")
    )
    fewer = {
        state.value: _BATCH.c[state.value] - _number(taken, taken.c.before == state)
        for state in CLAIMABLE_DELIVERY_STATES
    }
    tallied = (
        update(_BATCH)
        .where(_BATCH.c.id == batch)
        .values(**fewer, sending=_BATCH.c.sending + _number(taken, true()))
        .cte("tallied")
    )
    noted = (taken.c[column.key] for column in NOTED)
    return select(*noted).order_by(taken.c.id).add_cte(tallied)


def _number(rows: CTE, which: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(rows).where(which).scalar_subquery()


# Mark the rows of these ``ids`` as claimed by ``mine`` for ``lease`` seconds; first tries get the
# ``key`` and the time ``now``.
TAKE = Statement(_take)

# The whole claim (see ``due.NEAR_ROWS``), for PostgreSQL. Who is barred stays where they are.
TAKE_NEAR = Statement(_take_near)
