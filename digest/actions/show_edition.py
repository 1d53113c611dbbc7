"""Editions found by what an editor calls them, as values to look at."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from digest.domain.edition import EditionContent, Excluded
from digest.domain.errors import NotFound
from digest.domain.states import EditionState, Stream
from digest.store.editions import Edition, find_edition, open_draft, recent_editions
from digest.store.engine import Database, Session
from digest.store.lists import all_lists, find_list, get_list

LATEST = "latest"


@dataclass(frozen=True, slots=True)
class EditionView:
    """An edition as editors see it."""

    id: UUID
    list_slug: str
    stream: Stream
    run_id: UUID | None
    number: int
    state: EditionState
    version: int
    window_after: datetime
    window_until: datetime
    built_at: datetime
    edited_by: str | None
    edited_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    content: EditionContent
    excluded: tuple[Excluded, ...]


def show_edition(db: Database, name: str) -> EditionView:
    """The edition of that id; of a list's slug its open draft, else its newest edition; of
    ``latest`` the newest of all. ``NotFound`` says what is missing."""
    with db.read() as session:
        edition = _named(session, name)
        return view_of(edition, get_list(session, edition.list_id).slug)


def list_editions(db: Database, slug: str | None, limit: int) -> list[EditionView]:
    """The newest editions, of one list or of all."""
    with db.read() as session:
        slugs = {one.id: one.slug for one in all_lists(session)}
        list_id = find_list(session, slug).id if slug else None
        return [view_of(it, slugs[it.list_id]) for it in recent_editions(session, list_id, limit)]


def _named(session: Session, name: str) -> Edition:
    edition_id = _uuid(name)
    if edition_id is not None:
        return find_edition(session, edition_id)
    if name == LATEST:
        newest = recent_editions(session, None, 1)
        if not newest:
            raise NotFound("There are no editions yet; `digest edition build LIST` makes one.")
        return newest[0]
    mailing_list = find_list(session, name)
    draft = open_draft(session, mailing_list.id, Stream.EACH)
    newest = [draft] if draft else recent_editions(session, mailing_list.id, 1)
    if not newest:
        raise NotFound(f"{name} has no editions yet; `digest edition build {name}` makes one.")
    return newest[0]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def view_of(edition: Edition, slug: str) -> EditionView:
    """An edition's row as a value."""
    return EditionView(
        id=edition.id,
        list_slug=slug,
        stream=edition.stream,
        run_id=edition.run_id,
        number=edition.number,
        state=edition.state,
        version=edition.version,
        window_after=edition.window_after,
        window_until=edition.window_until,
        built_at=edition.built_at,
        edited_by=edition.edited_by,
        edited_at=edition.edited_at,
        approved_by=edition.approved_by,
        approved_at=edition.approved_at,
        content=edition.content,
        excluded=edition.excluded,
    )
