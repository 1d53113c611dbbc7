"""What of a list's editions anybody may read: pages, the feed, the site map."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.actions.read_edition import PublicEdition, find_public_edition
from digest.domain.errors import NotFound
from digest.domain.states import Stream
from digest.render.links import safe_url
from digest.render.plain import clean
from digest.render.web_copy import PageMeta, atom_feed, sitemap
from digest.settings import Settings
from digest.store.archive import sent_edition, sent_editions
from digest.store.editions import Edition
from digest.store.engine import Database, Session
from digest.store.lists import MailingList, all_lists, find_list

MOST_IN_FEED = 30
MOST_ON_PAGE = 50
MOST_IN_SITEMAP = 50_000  # sitemaps.org


@dataclass(frozen=True, slots=True)
class ArchivedEdition:
    """A sent edition, as the archive names it."""

    number: int
    title: str
    summary: str
    language: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class ArchivePage:
    """A list's sent editions, the newest first; ``older`` is the number that those on the next page
    come before, None on the last."""

    slug: str
    name: str
    description: str
    postal_address: str
    accent_color: str
    timezone: str  # whose days the editions bear
    takes_signups: bool
    is_indexed: bool
    editions: Sequence[ArchivedEdition]
    older: int | None


def list_archive(db: Database, slug: str, before: int | None = None) -> ArchivePage:
    """What was sent to a list, a page at a time; ``NotFound`` as of ``find_archived``."""
    with db.read() as session:
        mailing_list = _public_list(session, slug)
        found = sent_editions(
            session, mailing_list.id, Stream.EACH, MOST_ON_PAGE + 1, before=before
        )
    shown = [_archived(edition) for edition in found[:MOST_ON_PAGE]]
    return ArchivePage(
        slug=slug,
        name=clean(mailing_list.name),
        description=clean(mailing_list.description),
        postal_address=mailing_list.postal_address,
        accent_color=mailing_list.accent_color,
        timezone=mailing_list.timezone,
        takes_signups=mailing_list.takes_signups,
        is_indexed=mailing_list.is_indexed,
        editions=shown,
        older=shown[-1].number if len(found) > MOST_ON_PAGE else None,
    )


def _archived(edition: Edition) -> ArchivedEdition:
    return ArchivedEdition(
        number=edition.number,
        title=clean(edition.content.subject),
        summary=clean(edition.content.preheader),
        language=edition.content.language,
        sent_at=_sent_at(edition),
    )


def find_archived(
    db: Database, settings: Settings, slug: str, number: int
) -> tuple[PublicEdition, PageMeta]:
    """The edition of that number that was sent to a list, and what its page says of itself.

    ``NotFound`` where there is none, or where the list's archive is not public.
    """
    with db.read() as session:
        mailing_list = _public_list(session, slug)
        edition = sent_edition(session, mailing_list.id, Stream.EACH, number)
        if edition is None:
            raise NotFound("There is no such edition.")
        meta, edition_id = _meta(settings, mailing_list, edition), edition.id
    return find_public_edition(db, settings, edition_id), meta


def archive_feed(db: Database, settings: Settings, slug: str) -> bytes:
    """The newest editions of a list as an Atom feed; ``NotFound`` as of ``find_archived``."""
    with db.read() as session:
        mailing_list = _public_list(session, slug)
        pages = _pages(session, settings, mailing_list, MOST_IN_FEED)
        updated = pages[0].sent_at if pages else mailing_list.created_at
        return atom_feed(
            pages,
            title=clean(mailing_list.name),
            feed_url=_feed_url(settings, slug),
            updated=updated,
        )


def archive_sitemap(db: Database, settings: Settings) -> bytes:
    """All pages that search engines may show, of all lists."""
    with db.read() as session:
        shown = [one for one in all_lists(session) if one.archive_is_public and one.is_indexed]
        pages = [page for one in shown for page in _pages(session, settings, one, MOST_IN_SITEMAP)]
        return sitemap(pages[:MOST_IN_SITEMAP])


def edition_url(settings: Settings, slug: str, number: int) -> str:
    """The address of an edition's page in its list's archive."""
    return f"{settings.public_url}/archive/{slug}/{number}"


def _feed_url(settings: Settings, slug: str) -> str:
    return f"{settings.public_url}/archive/{slug}/feed.atom"


def _public_list(session: Session, slug: str) -> MailingList:
    mailing_list = find_list(session, slug)
    if not mailing_list.archive_is_public:
        raise NotFound("This list has no public archive.")
    return mailing_list


def _pages(
    session: Session, settings: Settings, mailing_list: MailingList, most: int
) -> list[PageMeta]:
    editions = sent_editions(session, mailing_list.id, Stream.EACH, most)
    return [_meta(settings, mailing_list, edition) for edition in editions]


def _meta(settings: Settings, mailing_list: MailingList, edition: Edition) -> PageMeta:
    content = edition.content
    return PageMeta(
        url=edition_url(settings, mailing_list.slug, edition.number),
        title=clean(content.subject),
        summary=clean(content.preheader),
        site=clean(mailing_list.name),
        language=content.language,
        sent_at=_sent_at(edition),
        feed_url=_feed_url(settings, mailing_list.slug),
        is_indexed=mailing_list.is_indexed,
        picture=safe_url(mailing_list.logo_url),
    )


def _sent_at(edition: Edition) -> datetime:
    return edition.sent_at or edition.approved_at or edition.built_at
