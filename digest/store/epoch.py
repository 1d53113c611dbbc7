"""The send epoch: a number that only grows, and grows while mail is sent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, case, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.store.base import Row


class SendEpoch(Row):
    """The only row says which database this is, also after a restore, and how far it has sent."""

    __tablename__ = "send_epoch"

    database_id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger)
    # When the backup was taken that this database was restored from; None once that is confirmed.
    restored_from: Mapped[datetime | None]


def read_epoch(session: Session) -> SendEpoch:
    return session.scalars(select(SendEpoch)).one()


def raise_epoch(session: Session, above: int = 0) -> SendEpoch:
    """Make it larger than it is, and than ``above``."""
    highest = case((SendEpoch.epoch < above, above), else_=SendEpoch.epoch)
    raised = update(SendEpoch).values(epoch=highest + 1).returning(SendEpoch)
    return session.scalars(raised.execution_options(populate_existing=True)).one()


def begin_restore(session: Session, taken_at: datetime) -> None:
    """It was restored from a backup of that time, and sends nothing until that is confirmed."""
    session.execute(update(SendEpoch).values(restored_from=taken_at))


def end_restore(session: Session) -> None:
    """An operator has confirmed it."""
    session.execute(update(SendEpoch).values(restored_from=None))
