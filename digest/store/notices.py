"""What editors were told of a run, each thing once."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import CursorResult, ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.states import NoticeKind
from digest.store.base import Row, id_column, text_enum
from digest.store.engine import insert_for


class Notice(Row):
    """One thing that the editors of a list should know of a run; unique by run and kind."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("run_id", "kind"),)

    id: Mapped[UUID] = id_column()
    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    kind: Mapped[NoticeKind] = mapped_column(text_enum(NoticeKind))
    at: Mapped[datetime]
    mailed_at: Mapped[datetime | None]  # when the last editor's mail was handed over


def note_once(session: Session, run_id: UUID, kind: NoticeKind, now: datetime) -> bool:
    """Note that the editors are told; False where somebody else does that."""
    row = {"run_id": run_id, "kind": kind, "at": now}
    done = session.execute(insert_for(session, Notice).values(row).on_conflict_do_nothing())
    assert isinstance(done, CursorResult)
    return done.rowcount == 1


def notices_of(session: Session, run_ids: Collection[UUID]) -> dict[UUID, tuple[NoticeKind, ...]]:
    """What was told of each of these runs, in the order in which it was."""
    told: dict[UUID, tuple[NoticeKind, ...]] = {}
    found = select(Notice.run_id, Notice.kind).where(Notice.run_id.in_(run_ids))
    for run_id, kind in session.execute(found.order_by(Notice.at)):
        told[run_id] = (*told.get(run_id, ()), kind)
    return told
