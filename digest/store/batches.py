"""Batches: a roster's rows, cut into ranges of their ids."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, Uuid, case, column, func, insert, select
from sqlalchemy.orm import Session

from digest.domain.states import DeliveryState
from digest.store.base import UtcDateTime
from digest.store.campaigns import Batch
from digest.store.deliveries import Delivery
from digest.store.rows import rows_table

Part = tuple[int, UUID, UUID]  # its position, its first and last id


def cut_batches(session: Session, campaign_id: UUID, series: str, total: int, size: int) -> None:
    """Batches of ``size`` over ``total`` rows whose ids are numbered from 1 in a series
    (``domain.ids``): they follow each other without a gap, so only what is due when has to be
    looked up."""
    parts = list(_parts(UUID(f"{series}00000000").int, total, size))
    if not parts:
        return
    ends = {position: (first, last) for position, first, last in parts}
    batches = [
        {
            "campaign_id": campaign_id,
            "position": position,
            "first_id": ends[position][0],
            "last_id": ends[position][1],
            "next_at": next_at,
            "queued": queued,
            "skipped": skipped,
        }
        for position, next_at, queued, skipped in session.execute(_sums(session, parts))
    ]
    session.execute(insert(Batch), batches)


def _parts(before_first: int, total: int, size: int) -> Iterator[Part]:
    for position, start in enumerate(range(0, total, size)):
        end = min(start + size, total)
        yield position, UUID(int=before_first + start + 1), UUID(int=before_first + end)


def _sums(session: Session, parts: Sequence[Part]) -> Select[*tuple[Any, ...]]:
    """Of each part: its position, when the first of its rows is due, how many are queued, and how
    many skipped."""
    columns = (column("position", Integer()), column("first", Uuid()), column("last", Uuid()))
    part = rows_table(session, columns, parts, "part").c
    is_queued = Delivery.state == DeliveryState.QUEUED
    return (
        select(
            part.position,
            func.min(case((is_queued, Delivery.next_at)), type_=UtcDateTime()),
            func.count(case((is_queued, 1))),
            func.count(case((~is_queued, 1))),
        )
        .join(Delivery, Delivery.id.between(part.first, part.last))
        .group_by(part.position)
    )
