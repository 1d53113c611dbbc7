"""Saved segments: what a list's people are called together, under a name."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.store.base import Row


class SavedSegment(Row):
    """A segment of one list. What was started with it keeps the words that it had then."""

    __tablename__ = "segment"

    list_id: Mapped[UUID] = mapped_column(
        ForeignKey("mailing_list.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(primary_key=True)  # a slug, which no segment's words are
    words: Mapped[str]
    saved_at: Mapped[datetime]
    saved_by: Mapped[str]


def saved_segment(session: Session, list_id: UUID, name: str) -> SavedSegment | None:
    return session.get(SavedSegment, (list_id, name))


def segments_of(session: Session, list_id: UUID) -> Sequence[SavedSegment]:
    """Those of a list, by name."""
    found = select(SavedSegment).where(SavedSegment.list_id == list_id)
    return session.scalars(found.order_by(SavedSegment.name)).all()


def segment_names(session: Session) -> dict[UUID, list[str]]:
    """By list, the names of its segments."""
    names: dict[UUID, list[str]] = {}
    columns = select(SavedSegment.list_id, SavedSegment.name)
    for list_id, name in session.execute(columns.order_by(SavedSegment.name)):
        names.setdefault(list_id, []).append(name)
    return names
