"""Flush and renew: what a sender gives back, and what it keeps hold of, each one statement."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    Select,
    String,
    Text,
    Update,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from digest.domain.delivery import Claimed, Outcome
from digest.domain.states import OPEN_DELIVERY_STATES, DeliveryState
from digest.store.base import UtcDateTime, bare_table
from digest.store.campaigns import tally
from digest.store.deliveries import Delivery
from digest.store.engine import db_now
from digest.store.rows import is_among, rows_document, table_of
from digest.store.together import Statement, Together

Results = Sequence[tuple[Claimed, Outcome]]

_ROW = bare_table(Delivery)
_RESULT = (
    column("id", Uuid()),
    column("state", String()),
    column("reason", String()),
    column("reply", String()),
    column("next_at", UtcDateTime()),
    column("sent_at", UtcDateTime()),
    column("tried", Integer()),
    column("doubt", Integer()),
    column("relay_id", Uuid()),
)


class Flush:
    """Records what became of claimed deliveries, where they are still ours.

    The others were taken from us when our lease ran out: their rows stay as they are, and what
    they added to tallies must be taken back.
    """

    def __init__(self, line: Together, owner: UUID, results: Results) -> None:
        self._results = results
        # The tallies first: whoever changes rows holds their batch before, and takes batches in
        # one order, so that no two wait for each other.
        _settle(line, results)
        self._answer = line.ask(_RECORD, _given(line.dialect, owner, results)) if results else None

    def recorded(self) -> set[UUID]:
        """The ids that were still ours; asked when its ``Together`` has ended."""
        return {row.id for row in self._answer.rows()} if self._answer else set()

    def take_back(self, line: Together, recorded: Collection[UUID]) -> None:
        """Take from the tallies what those results added that were not recorded."""
        _settle(line, [one for one in self._results if one[0].id not in recorded], sign=-1)


def record_all(line: Together, owner: UUID, results: Results) -> None:
    """Records what became of claimed deliveries, all or (an error) none of it: for PostgreSQL, and
    for whoever can't wait for an answer to see which were still ours."""
    _settle(line, results)
    line.do(_RECORD_ALL, {**_given(line.dialect, owner, results), "n": len(results)})


def renew_lease(
    line: Together, owner: UUID, claimed: Collection[UUID], lease_seconds: float
) -> None:
    """Hold claimed rows for longer, where they are still ours."""
    line.do(_RENEW, {"ids": list(claimed), "mine": owner, "lease": lease_seconds})


def _settle(line: Together, results: Results, *, sign: int = 1) -> None:
    """Bring tallies and next due times up to date; -1 takes tallies back."""
    for batch_id in sorted({claimed.batch_id for claimed, _ in results}):
        ours = [one for one in results if one[0].batch_id == batch_id]
        changes = Counter(outcome.state for _, outcome in ours)
        changes[DeliveryState.SENDING] -= len(ours)
        newly = sum(outcome.in_doubt and claimed.doubts == 0 for claimed, outcome in ours)
        again = [o.next_at for _, o in ours if o.state in OPEN_DELIVERY_STATES and o.next_at]
        signed = {state: sign * n for state, n in changes.items()}
        tally(line, batch_id, signed, doubted=sign * newly, due=min(again, default=None))


def _given(dialect: str, owner: UUID, results: Results) -> dict[str, Any]:
    rows = [
        (
            claimed.id,
            outcome.state.value,
            outcome.reason,
            outcome.reply,
            outcome.next_at,
            outcome.sent_at,
            int(outcome.tried),
            int(outcome.in_doubt),
            outcome.relay_id,
        )
        for claimed, outcome in results
    ]
    ids = [claimed.id for claimed, _ in results]
    return {"mine": owner, "ids": ids, "results": rows_document(dialect, _RESULT, rows)}


def _record(dialect: str) -> ReturningUpdate[Any]:
    """One UPDATE … FROM that touches only rows which are still ours.

    The ids are said twice: without their number PostgreSQL may rather read the whole table.
    """
    result = table_of(dialect, _RESULT, bindparam("results", type_=Text()), "result")
    return (
        update(_ROW)
        .where(is_among(dialect, _ROW.c.id, "ids"), _ROW.c.id == result.c.id, _is_ours())
        .values(
            state=result.c.state,
            reason=result.c.reason,
            reply=func.coalesce(result.c.reply, _ROW.c.reply),
            next_at=func.coalesce(result.c.next_at, _ROW.c.next_at),
            sent_at=result.c.sent_at,
            tries=_ROW.c.tries + result.c.tried,
            doubts=_ROW.c.doubts + result.c.doubt,
            relay_id=func.coalesce(result.c.relay_id, _ROW.c.relay_id),
            owner=None,
            lease_until=None,
        )
        .returning(_ROW.c.id)
    )


def _renew(dialect: str) -> Update:
    held = update(_ROW).where(is_among(dialect, _ROW.c.id, "ids"), _is_ours())
    return held.values(lease_until=db_now(bindparam("lease", type_=Float())))


def _is_ours() -> ColumnElement[bool]:
    mine = bindparam("mine", type_=Uuid())
    return and_(_ROW.c.owner == mine, _ROW.c.state == DeliveryState.SENDING)


def _record_all(dialect: str) -> Select[Any]:
    """Where some are not ours any more, the text that is no number is an error, with which the
    whole transaction ends."""
    done = _record(dialect).cte("done")
    are_all = func.count() == bindparam("n", type_=Integer())
    said = case((are_all, "1"), else_="some of these results came too late")
    return select(cast(said, Integer).label("n")).select_from(done)


_RECORD, _RENEW = Statement(_record), Statement(_renew)
_RECORD_ALL = Statement(_record_all)
