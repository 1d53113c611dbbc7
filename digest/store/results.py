"""Flush and renew: what a sender gives back, and what it keeps hold of, each one statement."""

from collections import Counter
from collections.abc import Collection, Sequence
from functools import cache
from uuid import UUID

from sqlalchemy import Integer, String, Text, Uuid, bindparam, column, func, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from digest.domain.delivery import Claimed, Outcome
from digest.domain.states import OPEN_DELIVERY_STATES, DeliveryState
from digest.store.base import UtcDateTime, bare_table
from digest.store.campaigns import tally
from digest.store.deliveries import Delivery
from digest.store.engine import db_now
from digest.store.rows import dialect_of, is_among, rows_document, table_of

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


def flush_outcomes(
    session: Session, owner: UUID, outcomes: Sequence[tuple[Claimed, Outcome]]
) -> set[UUID]:
    """Record what became of claimed deliveries; gives the ids that were still ours.

    The others were taken from us when our lease ran out: their rows stay as they are.
    """
    if not outcomes:
        return set()
    # The tallies first: whoever changes rows holds their batch before, and takes batches in one
    # order, so that no two wait for each other.
    _settle(session, outcomes)
    recorded = _record(session, owner, outcomes)
    if len(recorded) < len(outcomes):
        stale = [one for one in outcomes if one[0].id not in recorded]
        _settle(session, stale, sign=-1)
    return recorded


def _settle(
    session: Session, outcomes: Sequence[tuple[Claimed, Outcome]], *, sign: int = 1
) -> None:
    """Bring tallies and next due times up to date; -1 takes tallies back."""
    for batch_id in sorted({claimed.batch_id for claimed, _ in outcomes}):
        ours = [one for one in outcomes if one[0].batch_id == batch_id]
        changes = Counter(outcome.state for _, outcome in ours)
        changes[DeliveryState.SENDING] -= len(ours)
        newly = sum(outcome.in_doubt and claimed.doubts == 0 for claimed, outcome in ours)
        again = [o.next_at for _, o in ours if o.state in OPEN_DELIVERY_STATES and o.next_at]
        signed = {state: sign * n for state, n in changes.items()}
        tally(session, batch_id, signed, doubted=sign * newly, due=min(again, default=None))


def renew_lease(
    session: Session, owner: UUID, claimed: Collection[UUID], lease_seconds: float
) -> None:
    """Hold claimed rows for longer, where they are still ours."""
    session.execute(
        update(Delivery)
        .where(
            Delivery.id.in_(claimed),
            Delivery.owner == owner,
            Delivery.state == DeliveryState.SENDING,
        )
        .values(lease_until=db_now(lease_seconds))
    )


def _record(
    session: Session, owner: UUID, outcomes: Sequence[tuple[Claimed, Outcome]]
) -> set[UUID]:
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
        for claimed, outcome in outcomes
    ]
    dialect = dialect_of(session)
    ids = [claimed.id for claimed, _ in outcomes]
    given = {"mine": owner, "ids": ids, "results": rows_document(dialect, _RESULT, rows)}
    return set(session.scalars(_recording(dialect), given))


@cache
def _recording(dialect: str) -> ReturningUpdate[UUID]:
    """One UPDATE … FROM that touches only rows which are still ours.

    The ids are said twice: without their number PostgreSQL may rather read the whole table.
    """
    row = bare_table(Delivery)
    result = table_of(dialect, _RESULT, bindparam("results", type_=Text()), "result")
    return (
        update(row)
        .where(
            is_among(dialect, row.c.id, "ids"),
            row.c.id == result.c.id,
            row.c.owner == bindparam("mine"),
            row.c.state == DeliveryState.SENDING,
        )
        .values(
            state=result.c.state,
            reason=result.c.reason,
            reply=func.coalesce(result.c.reply, row.c.reply),
            next_at=func.coalesce(result.c.next_at, row.c.next_at),
            sent_at=result.c.sent_at,
            tries=row.c.tries + result.c.tried,
            doubts=row.c.doubts + result.c.doubt,
            relay_id=func.coalesce(result.c.relay_id, row.c.relay_id),
            owner=None,
            lease_until=None,
        )
        .returning(row.c.id)
    )
