"""Sources: where briefs come from, how the last look went, and when the next one is."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from digest.domain.errors import NotFound
from digest.domain.states import SourceKind
from digest.store.base import Row, id_column, text_enum


class Source(Row):
    """A feed, a WordPress site, a page, or a folder."""

    __tablename__ = "source"

    id: Mapped[UUID] = id_column()
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[SourceKind] = mapped_column(text_enum(SourceKind))
    url: Mapped[str]
    enabled: Mapped[bool] = mapped_column(default=True)
    every_seconds: Mapped[int] = mapped_column(default=900)
    base_url: Mapped[str | None]  # under which a folder's files are published
    created_at: Mapped[datetime]

    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    last_try_at: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    next_try_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    error: Mapped[str | None]

    # What it published lately, kept by whoever stores its briefs.
    last_brief_at: Mapped[datetime | None]
    usual_gap: Mapped[int | None]  # seconds between two briefs; None: too few to tell


def all_sources(session: Session) -> Sequence[Source]:
    return session.scalars(select(Source).order_by(Source.slug)).all()


def find_source(session: Session, slug: str) -> Source:
    """The source of that slug; ``NotFound`` names the ones that there are."""
    source = session.scalar(select(Source).where(Source.slug == slug))
    if source is None:
        known = ", ".join(session.scalars(select(Source.slug).order_by(Source.slug))) or "none yet"
        raise NotFound(f"There is no source {slug!r} (known: {known}).")
    return source


def due_sources(session: Session, now: datetime) -> Sequence[UUID]:
    """Enabled sources whose next look is due, the longest waiting first."""
    due = select(Source.id).where(Source.enabled, Source.next_try_at <= now)
    return session.scalars(due.order_by(Source.next_try_at)).all()


def sources_named(session: Session, slugs: Sequence[str]) -> Sequence[Source]:
    """The sources of these slugs; all enabled ones where none is named."""
    if not slugs:
        return session.scalars(select(Source).where(Source.enabled).order_by(Source.slug)).all()
    return [find_source(session, slug) for slug in slugs]


def claim_source(session: Session, source_id: UUID, now: datetime, until: datetime) -> bool:
    """Take a due source for one collector: whoever moves ``next_try_at`` first has it."""
    source = session.get(Source, source_id, with_for_update=True)
    if source is None or not source.enabled or source.next_try_at > now:
        return False
    source.next_try_at = until
    return True


def source_or_none(session: Session, slug: str) -> Source | None:
    return session.scalar(select(Source).where(Source.slug == slug))
