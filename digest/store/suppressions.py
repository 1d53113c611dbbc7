"""Suppressions: addresses that get no mail, known by a keyed hash so that they outlive erasure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.states import SuppressionReason
from digest.store.base import Row, text_enum
from digest.store.engine import insert_for


class Suppression(Row):
    """One address that must not be mailed, why and since when."""

    __tablename__ = "suppression"

    address_hash: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str | None] = mapped_column(index=True)  # None once erased
    reason: Mapped[SuppressionReason] = mapped_column(text_enum(SuppressionReason))
    note: Mapped[str | None]
    since: Mapped[datetime]


def suppress(
    session: Session,
    *,
    address_hash: str,
    address: str | None,
    reason: SuppressionReason,
    now: datetime,
    note: str | None = None,
) -> None:
    """Suppress an address; the first reason stays."""
    row = {
        "address_hash": address_hash,
        "address": address,
        "reason": reason,
        "note": note,
        "since": now,
    }
    session.execute(insert_for(session, Suppression).values(row).on_conflict_do_nothing())


def suppress_many(session: Session, rows: Sequence[dict[str, Any]]) -> int:
    """Suppress many addresses at once; gives how many were not suppressed before."""
    new = insert_for(session, Suppression).values(rows).on_conflict_do_nothing()
    return len(session.scalars(new.returning(Suppression.address_hash)).all())


def all_suppressions(session: Session) -> Iterator[Suppression]:
    """Every suppression in the order of its hash, streamed."""
    every = select(Suppression).order_by(Suppression.address_hash)
    yield from session.scalars(every.execution_options(yield_per=1_000))


def get_suppression(session: Session, address_hash: str) -> Suppression | None:
    return session.get(Suppression, address_hash)


def suppressed_since(session: Session, since: datetime) -> Sequence[Suppression]:
    """Those that came at that time or later."""
    return session.scalars(select(Suppression).where(Suppression.since >= since)).all()


def list_suppressions(session: Session, limit: int) -> Sequence[Suppression]:
    """The latest suppressions, newest first."""
    newest = select(Suppression).order_by(Suppression.since.desc()).limit(limit)
    return session.scalars(newest).all()


def search_suppressions(session: Session, part: str, limit: int) -> Sequence[Suppression]:
    """Those whose address holds ``part``, in any case, the newest first."""
    found = select(Suppression).where(Suppression.address.icontains(part, autoescape=True))
    return session.scalars(found.order_by(Suppression.since.desc()).limit(limit)).all()
