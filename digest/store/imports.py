"""Imports at the desk: an uploaded table of people, what was seen in it, and how far it is."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, and_, or_, select, update
from sqlalchemy.orm import Mapped, Session, deferred, mapped_column

from digest.domain.errors import NotFound
from digest.store.base import AsJson, Row, id_column, text_enum

STALE = timedelta(minutes=2)  # without a word from whoever runs it


class ImportState(StrEnum):
    SHOWN = "shown"  # uploaded, and looked at
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class PeopleImport(Row):
    """One uploaded table. Its content is dropped when it has been imported."""

    __tablename__ = "people_import"

    id: Mapped[UUID] = id_column()
    list_id: Mapped[UUID] = mapped_column(
        ForeignKey("mailing_list.id", ondelete="CASCADE"), index=True
    )
    file_name: Mapped[str]
    service: Mapped[str | None]  # whose export it is; None: a plain table
    standing: Mapped[str | None]  # how its people stood there, where somebody said so
    size: Mapped[int]  # bytes
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    state: Mapped[ImportState] = mapped_column(text_enum(ImportState), default=ImportState.SHOWN)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    touched_at: Mapped[datetime]
    position: Mapped[int] = mapped_column(default=0)  # bytes that were read
    result: Mapped[dict[str, Any] | None] = mapped_column(AsJson(dict[str, Any]))
    error: Mapped[str | None]


def get_import(session: Session, import_id: UUID) -> PeopleImport:
    found = session.get(PeopleImport, import_id)
    if found is None:
        raise NotFound(f"There is no import {import_id}.")
    return found


def imports_of(session: Session, list_id: UUID, limit: int) -> Sequence[PeopleImport]:
    """A list's latest imports."""
    found = select(PeopleImport).where(PeopleImport.list_id == list_id)
    return session.scalars(found.order_by(PeopleImport.id.desc()).limit(limit)).all()


def due_imports(session: Session, now: datetime) -> Sequence[UUID]:
    """Those that wait, and those whose worker has died."""
    died = and_(PeopleImport.state == ImportState.RUNNING, PeopleImport.touched_at < now - STALE)
    due = or_(PeopleImport.state == ImportState.WAITING, died)
    return session.scalars(select(PeopleImport.id).where(due).order_by(PeopleImport.id)).all()


def take_import(session: Session, import_id: UUID, now: datetime) -> bool:
    """Begin it, so that nobody else does; False where it is not due any more."""
    died = and_(PeopleImport.state == ImportState.RUNNING, PeopleImport.touched_at < now - STALE)
    taken = session.execute(
        update(PeopleImport)
        .where(PeopleImport.id == import_id, or_(PeopleImport.state == ImportState.WAITING, died))
        .values(state=ImportState.RUNNING, touched_at=now)
        .returning(PeopleImport.id)
        .execution_options(synchronize_session=False)
    )
    return taken.scalar() is not None


def drop_uploads(session: Session, before: datetime) -> None:
    """Forget tables that were uploaded and never started."""
    session.execute(
        update(PeopleImport)
        .where(
            PeopleImport.state == ImportState.SHOWN,
            PeopleImport.created_at < before,
            PeopleImport.content.is_not(None),
        )
        .values(content=None, state=ImportState.FAILED, error="It was never started.")
        .execution_options(synchronize_session=False)
    )
