"""Extra copies: an edition sent to one person once more because somebody asked for it.

They stand outside the ledger: a campaign's deliveries are never sent again once they are sent.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.errors import NotFound
from digest.store.base import Row, id_column, text_enum
from digest.store.deliveries import Delivery


class CopyState(StrEnum):
    ASKED = "asked"
    SENDING = "sending"  # stays so where its sender died: it may have gone out, and isn't repeated
    SENT = "sent"
    FAILED = "failed"


class ExtraCopy(Row):
    """A copy of a delivery, with a Message-ID of its own, so that no mailbox folds it away."""

    __tablename__ = "extra_copy"
    __table_args__ = (Index("ix_extra_copy_state", "state"),)

    id: Mapped[UUID] = id_column()
    delivery_id: Mapped[UUID] = mapped_column(
        ForeignKey("delivery.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[CopyState] = mapped_column(text_enum(CopyState), default=CopyState.ASKED)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    done_at: Mapped[datetime | None]
    reply: Mapped[str | None]  # or the reason why it did not go


def find_delivery(session: Session, delivery_id: UUID) -> Delivery:
    delivery = session.get(Delivery, delivery_id)
    if delivery is None:
        raise NotFound(f"There is no delivery {delivery_id}.")
    return delivery


def copies_of(session: Session, delivery_ids: Sequence[UUID]) -> Sequence[ExtraCopy]:
    """The copies of these deliveries, the newest first."""
    found = select(ExtraCopy).where(ExtraCopy.delivery_id.in_(delivery_ids))
    return session.scalars(found.order_by(ExtraCopy.id.desc())).all()


def copies_to_send(session: Session) -> list[UUID]:
    """The copies that were asked for and not begun."""
    asked = select(ExtraCopy.id).where(ExtraCopy.state == CopyState.ASKED)
    return list(session.scalars(asked.order_by(ExtraCopy.id)))


def take_copy(session: Session, copy_id: UUID) -> ExtraCopy | None:
    """A copy that nobody has begun, now begun; None where somebody was faster."""
    copy = session.get(ExtraCopy, copy_id, with_for_update=True)
    if copy is None or copy.state is not CopyState.ASKED:
        return None
    copy.state = CopyState.SENDING
    return copy


def settle_copy(
    session: Session, copy_id: UUID, state: CopyState, now: datetime, reply: str | None
) -> None:
    """Note what became of a copy."""
    copy = session.get_one(ExtraCopy, copy_id)
    copy.state, copy.done_at, copy.reply = state, now, reply
