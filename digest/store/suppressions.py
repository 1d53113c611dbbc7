"""Suppressions: addresses that get no mail, known by a keyed hash so that they outlive erasure."""

from collections.abc import Sequence
from datetime import datetime

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


def get_suppression(session: Session, address_hash: str) -> Suppression | None:
    return session.get(Suppression, address_hash)


def list_suppressions(session: Session, limit: int) -> Sequence[Suppression]:
    """The latest suppressions, newest first."""
    newest = select(Suppression).order_by(Suppression.since.desc()).limit(limit)
    return session.scalars(newest).all()
