"""Flush and renew: what a sender gives back, and what it keeps hold of, each one statement."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, String, Uuid, column, func, update
from sqlalchemy.orm import Session

from digest.domain.delivery import Claimed, Outcome
from digest.domain.states import OPEN_DELIVERY_STATES, DeliveryState
from digest.store.base import UtcDateTime
from digest.store.campaigns import bring_forward, lock_batches, tally
from digest.store.deliveries import Delivery
from digest.store.engine import db_now
from digest.store.rows import rows_table

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
    lock_batches(session, {claimed.batch_id for claimed, _ in outcomes})
    recorded = set(session.scalars(_record(session, owner, outcomes))) if outcomes else set()
    for batch_id in {claimed.batch_id for claimed, _ in outcomes}:
        ours = [
            (claimed, outcome)
            for claimed, outcome in outcomes
            if claimed.batch_id == batch_id and claimed.id in recorded
        ]
        _settle(session, batch_id, ours)
    return recorded


def _settle(session: Session, batch_id: UUID, ours: Sequence[tuple[Claimed, Outcome]]) -> None:
    """Bring a batch's tallies and its next due time up to date."""
    changes = Counter(outcome.state for _, outcome in ours)
    changes[DeliveryState.SENDING] -= len(ours)
    newly = sum(outcome.in_doubt and claimed.doubts == 0 for claimed, outcome in ours)
    tally(session, batch_id, changes, doubted=newly)
    again = [o.next_at for _, o in ours if o.state in OPEN_DELIVERY_STATES and o.next_at]
    if again:
        bring_forward(session, batch_id, min(again))


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


def _record(session: Session, owner: UUID, outcomes: Sequence[tuple[Claimed, Outcome]]) -> Any:
    """One UPDATE … FROM that touches only rows which are still ours."""
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
    result = rows_table(session, _RESULT, rows, "result")
    return (
        update(Delivery)
        .where(
            Delivery.id == result.c.id,
            Delivery.owner == owner,
            Delivery.state == DeliveryState.SENDING,
        )
        .values(
            state=result.c.state,
            reason=result.c.reason,
            reply=func.coalesce(result.c.reply, Delivery.reply),
            next_at=func.coalesce(result.c.next_at, Delivery.next_at),
            sent_at=result.c.sent_at,
            tries=Delivery.tries + result.c.tried,
            doubts=Delivery.doubts + result.c.doubt,
            relay_id=func.coalesce(result.c.relay_id, Delivery.relay_id),
            owner=None,
            lease_until=None,
        )
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
