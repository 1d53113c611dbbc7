"""The changes that were made to editions, each with the change that takes it back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.changes import Change
from digest.store.base import AsJson, Row, id_column


class EditionChange(Row):
    """One step from a version of an edition to the next."""

    __tablename__ = "edition_change"
    __table_args__ = (UniqueConstraint("edition_id", "version"),)

    id: Mapped[UUID] = id_column()
    edition_id: Mapped[UUID] = mapped_column(ForeignKey("edition.id", ondelete="CASCADE"))
    version: Mapped[int]  # the version that it made
    at: Mapped[datetime]
    actor: Mapped[str]
    change: Mapped[Change] = mapped_column(AsJson(Change))
    inverse: Mapped[Change] = mapped_column(AsJson(Change))
    undoes: Mapped[UUID | None]  # the change that this one took back


def changes_since(session: Session, edition_id: UUID, version: int = 0) -> Sequence[EditionChange]:
    """The changes that were made after ``version``, the latest first."""
    later = select(EditionChange).where(
        EditionChange.edition_id == edition_id, EditionChange.version > version
    )
    return session.scalars(later.order_by(EditionChange.version.desc())).all()
