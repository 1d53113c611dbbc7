"""Briefs, the names their sources gave them, and the related stories harvested with them."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Select, UniqueConstraint, delete, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from digest.domain.brief import RelatedLink
from digest.domain.errors import NotFound
from digest.store.base import Row, id_column
from digest.store.sources import Source

_WHOLE = text("forgotten_at IS NULL")
FEWEST_TO_TELL = 6  # briefs, before one can say how often a source publishes


class Brief(Row):
    """A published analysis. ``arrived_at`` is when it first came in; updates leave it alone."""

    __tablename__ = "brief"
    __table_args__ = (
        Index("ix_brief_source_id_arrived_at", "source_id", "arrived_at"),
        Index("ix_brief_whole", "id", sqlite_where=_WHOLE, postgresql_where=_WHOLE),
    )

    id: Mapped[UUID] = id_column()
    source_id: Mapped[UUID] = mapped_column(ForeignKey("source.id", ondelete="RESTRICT"))
    url: Mapped[str] = mapped_column(unique=True)  # canonical
    title: Mapped[str]
    bullets: Mapped[tuple[str, ...]]
    body: Mapped[tuple[str, ...]]
    teaser: Mapped[str]
    author: Mapped[str | None]
    language: Mapped[str | None]
    categories: Mapped[tuple[str, ...]]
    image_url: Mapped[str | None]
    image_alt: Mapped[str | None]
    published_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    checksum: Mapped[str]  # of what the source said, to see a change cheaply
    embargoed_until: Mapped[datetime | None] = mapped_column(index=True)  # in no mail before
    forgotten_at: Mapped[datetime | None]  # since when its body and related stories are no more

    source: Mapped[Source] = relationship(lazy="raise")
    related: Mapped[list["RelatedStory"]] = relationship(
        order_by="RelatedStory.position", cascade="all, delete-orphan", lazy="raise"
    )


class BriefName(Row):
    """What a source calls a brief (its GUID); one brief may come to have several names."""

    __tablename__ = "brief_name"

    source_id: Mapped[UUID] = mapped_column(
        ForeignKey("source.id", ondelete="CASCADE"), primary_key=True
    )
    guid: Mapped[str] = mapped_column(primary_key=True)
    brief_id: Mapped[UUID] = mapped_column(ForeignKey("brief.id", ondelete="CASCADE"), index=True)


class RelatedStory(Row):
    """A related-story teaser as harvested from a brief's page."""

    __tablename__ = "related_story"
    __table_args__ = (UniqueConstraint("brief_id", "position"),)

    id: Mapped[UUID] = id_column()
    brief_id: Mapped[UUID] = mapped_column(ForeignKey("brief.id", ondelete="CASCADE"))
    position: Mapped[int]
    title: Mapped[str]
    url: Mapped[str | None]
    teaser: Mapped[str]

    def as_link(self) -> RelatedLink:
        return RelatedLink(self.title, self.url, self.teaser)


def find_brief(session: Session, brief_id: UUID) -> Brief:
    """The brief with its source and related stories."""
    brief = session.scalar(_whole().where(Brief.id == brief_id))
    if brief is None:
        raise NotFound(f"There is no brief {brief_id}.")
    return brief


def latest_briefs(session: Session, limit: int) -> Sequence[Brief]:
    """The briefs that arrived last, newest first."""
    return session.scalars(_whole().order_by(Brief.arrived_at.desc()).limit(limit)).all()


def known_names(session: Session, source_id: UUID) -> set[str]:
    """The GUIDs and URLs under which a source's briefs are stored."""
    guids = session.scalars(select(BriefName.guid).where(BriefName.source_id == source_id))
    urls = session.scalars(select(Brief.url).where(Brief.source_id == source_id))
    return {*guids, *urls}


def briefs_by_guid(session: Session, source_id: UUID, guids: Collection[str]) -> dict[str, Brief]:
    """A source's stored briefs by the names it gave them."""
    found = (
        select(BriefName.guid, Brief)
        .join(Brief, Brief.id == BriefName.brief_id)
        .where(BriefName.source_id == source_id, BriefName.guid.in_(guids))
        .options(selectinload(Brief.related))
    )
    return dict(session.execute(found).all())


def briefs_by_url(session: Session, urls: Collection[str]) -> dict[str, Brief]:
    """Stored briefs by canonical URL, whatever source they came from."""
    found = _whole().where(Brief.url.in_(urls))
    return {brief.url: brief for brief in session.scalars(found)}


def usual_gap(session: Session, source_id: UUID, since: datetime) -> timedelta | None:
    """How long a source usually is between two briefs, by what it published after ``since``; None
    where it published too few to tell."""
    at = func.coalesce(Brief.published_at, Brief.arrived_at, type_=Brief.arrived_at.type)
    mine = (Brief.source_id == source_id, Brief.arrived_at >= since, at >= since)
    n, first, last = session.execute(
        select(func.count(), func.min(at), func.max(at)).where(*mine)
    ).one()
    return (last - first) / (n - 1) if n >= FEWEST_TO_TELL else None


def briefs_arrived(
    session: Session, source_ids: Collection[UUID], after: datetime, until: datetime
) -> Sequence[Brief]:
    """Briefs of these sources that arrived in the half-open window (after, until], oldest first."""
    window = _whole().where(
        Brief.source_id.in_(source_ids), Brief.arrived_at > after, Brief.arrived_at <= until
    )
    return session.scalars(window.order_by(Brief.arrived_at, Brief.id)).all()


def briefs_released(
    session: Session, source_ids: Collection[UUID], after: datetime, until: datetime
) -> Sequence[Brief]:
    """Briefs of these sources whose embargo ended in the half-open window (after, until]."""
    ended = _whole().where(
        Brief.source_id.in_(source_ids),
        Brief.embargoed_until > after,
        Brief.embargoed_until <= until,
    )
    return session.scalars(ended.order_by(Brief.arrived_at, Brief.id)).all()


def embargoed(session: Session, brief_ids: Collection[UUID], at: datetime) -> Sequence[Brief]:
    """Those of these briefs that may be in no mail yet at a time."""
    held = select(Brief).where(Brief.id.in_(brief_ids), Brief.embargoed_until > at)
    return session.scalars(held.order_by(Brief.id)).all()


def replace_related(session: Session, brief: Brief, links: Sequence[RelatedLink]) -> None:
    """Make ``links`` the related stories of ``brief``."""
    session.execute(delete(RelatedStory).where(RelatedStory.brief_id == brief.id))
    session.add_all(
        RelatedStory(
            brief_id=brief.id, position=place, title=link.title, url=link.url, teaser=link.teaser
        )
        for place, link in enumerate(links)
    )


def archive(
    session: Session, source_ids: Collection[UUID], before: datetime, limit: int
) -> Iterator[Brief]:
    """The newest briefs of these sources that arrived before a time: related stories' pool."""
    pool = select(Brief).where(Brief.source_id.in_(source_ids), Brief.arrived_at < before)
    yield from session.scalars(pool.order_by(Brief.arrived_at.desc()).limit(limit))


def _whole() -> Select[Brief]:
    return select(Brief).options(selectinload(Brief.source), selectinload(Brief.related))
