"""Sources and briefs."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from digest.actions.add_brief import add_brief
from digest.actions.sources import create_source, enable_source, remove_source
from digest.clock import utc_now
from digest.domain.states import SourceKind
from digest.store.briefs import Brief, find_brief
from digest.store.pages import briefs_before, sources_after
from digest.store.sources import Source, find_source
from digest.web.api.guards import ByCaller
from digest.web.api.paging import MOST, Cursor, Limit, Page, id_in, page_of
from digest.web.api.words import Asked, Line, MaybeLine, Slug
from digest.web.site import Here


class SourceDocument(BaseModel):
    """Where briefs come from, and how the last look went."""

    slug: str
    name: str
    kind: SourceKind
    url: str
    enabled: bool
    last_success: datetime | None
    next_try: datetime
    error: str | None


class NewSource(Asked):
    """A source to read."""

    slug: Slug
    url: Line
    kind: SourceKind | None = Field(None, description="Found out by looking, where it is not said.")
    name: Line | None = None


class Enabled(Asked):
    """Whether a source is read."""

    enabled: bool


class StoryDocument(BaseModel):
    """A related story."""

    title: str
    url: str | None
    teaser: str


class BriefDocument(BaseModel):
    """A published analysis."""

    id: UUID
    source: str
    title: str
    url: str
    bluf: tuple[str, ...]
    body: tuple[str, ...]
    teaser: str
    author: str | None
    language: str | None
    categories: tuple[str, ...]
    published: datetime | None
    arrived: datetime
    related: list[StoryDocument]


class NewBrief(Asked):
    """A brief written by hand."""

    source: Slug
    title: Line
    url: Line
    bluf: list[Line] = Field(default=[], max_length=20)
    teaser: MaybeLine = ""
    categories: list[Line] = Field(default=[], max_length=20)


def list_sources(site: Here, limit: Limit = MOST, cursor: Cursor = None) -> Page[SourceDocument]:
    """Sources in the order of their slugs."""
    with site.db.read() as session:
        rows = sources_after(session, cursor, limit + 1)
    return page_of(rows, limit, _source, lambda row: row.slug)


def show_source(site: Here, source_slug: str) -> SourceDocument:
    """One source."""
    with site.db.read() as session:
        return _source(find_source(session, source_slug))


def add_source(site: Here, caller: ByCaller, new: NewSource) -> SourceDocument:
    """Add a source; its address is looked at where no kind is given."""
    create_source(
        site.db,
        site.settings,
        slug=new.slug,
        url=new.url,
        kind=new.kind,
        name=new.name,
        now=utc_now(),
        actor=caller.actor,
    )
    return show_source(site, new.slug)


def change_source(
    site: Here, caller: ByCaller, source_slug: str, change: Enabled
) -> SourceDocument:
    """Read a source again, or no more."""
    act = enable_source if change.enabled else remove_source
    act(site.db, source_slug, now=utc_now(), actor=caller.actor)
    return show_source(site, source_slug)


def list_briefs(site: Here, limit: Limit = MOST, cursor: Cursor = None) -> Page[BriefDocument]:
    """Briefs, those that arrived last first."""
    with site.db.read() as session:
        rows = briefs_before(session, id_in(cursor), limit + 1)
    return page_of(rows, limit, _brief, lambda row: row.id)


def show_brief(site: Here, brief_id: UUID) -> BriefDocument:
    """One brief, whole."""
    with site.db.read() as session:
        return _brief(find_brief(session, brief_id))


def new_brief(site: Here, caller: ByCaller, new: NewBrief) -> BriefDocument:
    """Add a brief by hand, as if its source had brought it."""
    brief_id = add_brief(
        site.db,
        source_slug=new.source,
        title=new.title,
        url=new.url,
        bullets=new.bluf,
        teaser=new.teaser,
        categories=new.categories,
        now=utc_now(),
        actor=caller.actor,
    )
    return show_brief(site, brief_id)


def _source(row: Source) -> SourceDocument:
    return SourceDocument(
        slug=row.slug,
        name=row.name,
        kind=row.kind,
        url=row.url,
        enabled=row.enabled,
        last_success=row.last_success_at,
        next_try=row.next_try_at,
        error=row.error,
    )


def _brief(row: Brief) -> BriefDocument:
    return BriefDocument(
        id=row.id,
        source=row.source.slug,
        title=row.title,
        url=row.url,
        bluf=row.bullets,
        body=row.body,
        teaser=row.teaser,
        author=row.author,
        language=row.language,
        categories=row.categories,
        published=row.published_at,
        arrived=row.arrived_at,
        related=[
            StoryDocument(title=story.title, url=story.url, teaser=story.teaser)
            for story in row.related
        ],
    )
