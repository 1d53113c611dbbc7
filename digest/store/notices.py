"""What editors were told of a run, each thing once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from digest.domain.states import NoticeKind
from digest.store.base import Row, id_column, text_enum


class Notice(Row):
    """One thing that the editors of a list should know of a run; unique by run and kind."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("run_id", "kind"),)

    id: Mapped[UUID] = id_column()
    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    kind: Mapped[NoticeKind] = mapped_column(text_enum(NoticeKind))
    at: Mapped[datetime]
    mailed_at: Mapped[datetime | None]  # when somebody took it on to mail it
