"""Which briefs an edition is made from, read from the store as plain values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from digest.actions.brief_candidates import archived, as_candidate, is_wanted
from digest.assemble.archive import MOST
from digest.assemble.candidate import Candidate
from digest.assemble.edition import Heading, Material
from digest.clock import zone
from digest.domain.brief import RelatedLink
from digest.domain.edition import EditionContent
from digest.domain.errors import Illegal
from digest.domain.states import EditionState, Stream
from digest.store.briefs import Brief, archive, briefs_arrived, briefs_by_url, briefs_released
from digest.store.editions import Edition, find_edition, next_number, recent_editions, used_briefs
from digest.store.engine import Session
from digest.store.lists import ListSource, MailingList

RECENT = 10  # editions, whose briefs and related stories are not offered again
# A brief's arrival is the time at which its collector began; it becomes visible when that has
# ended. What arrived shortly before the last edition's cut-off and stood in none is looked for
# again, so that a slow collector loses nothing.
STRAGGLING = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Window:
    """Arrivals in (after, until]; ``is_first`` where no edition was approved before."""

    after: datetime
    until: datetime
    is_first: bool


def find_window(mailing_list: MailingList, frozen: Sequence[Edition], now: datetime) -> Window:
    """From the last approved edition's end until ``now``; the first run looks back a set time."""
    has = f"of {mailing_list.slug} already has what arrived"
    return window_after(frozen, now, reach=mailing_list.first_lookback, has=has)


def window_after(frozen: Sequence[Edition], now: datetime, *, reach: timedelta, has: str) -> Window:
    """From the end of the newest of ``frozen`` until ``now``; the first time, so far back. ``has``
    says what that edition has, where ``now`` lies before its end."""
    if not frozen:
        return Window(now - reach, now, is_first=True)
    after = frozen[0].window_until
    if now < after:
        raise Illegal(
            f"No. {frozen[0].number} {has} until {after:%Y-%m-%d %H:%M} UTC; build at a later "
            "time, or withdraw it first."
        )
    return Window(after, now, is_first=False)


def head(
    session: Session, mailing_list: MailingList, stream: Stream, goes_out: datetime
) -> Heading:
    """What the list's next edition says of itself."""
    return Heading(
        list_name=mailing_list.name,
        number=next_number(session, mailing_list.id, stream),
        date=goes_out.astimezone(zone(mailing_list.timezone)).date(),
        language=mailing_list.language,
        stream=stream,
    )


def read_material(
    session: Session,
    mailing_list: MailingList,
    stream: Stream,
    window: Window,
    frozen: Sequence[Edition],
    run_at: datetime | None,
) -> Material:
    """Everything that an edition of the window can be made of. ``frozen`` are the latest
    ``RECENT`` approved editions, newest first; ``run_at`` is when the edition is to go out."""
    feeds = {feed.source_id: feed for feed in mailing_list.feeds}
    goes_out = max(window.until, run_at or window.until)
    rows = _arrived(session, mailing_list, stream, window, frozen, goes_out)
    return Material(
        heading=head(session, mailing_list, stream, goes_out),
        candidates=[as_candidate(row, feeds.get(row.source_id)) for row in rows],
        used=_used(session, mailing_list.id, stream, rows, frozen),
        sent=_sent(session, frozen, feeds),
        shown=[link for edition in frozen for link in _links(edition.content)],
        archive=_archive(session, feeds, window, rows),
        goes_out=goes_out,
    )


def _arrived(
    session: Session,
    mailing_list: MailingList,
    stream: Stream,
    window: Window,
    frozen: Sequence[Edition],
    goes_out: datetime,
) -> list[Brief]:
    """What arrived in the window, with stragglers, with what a withdrawn edition gave back, and
    with what an embargo held back until now."""
    sources = [feed.source_id for feed in mailing_list.feeds]
    reach = timedelta(0) if window.is_first else STRAGGLING
    read = briefs_arrived(session, sources, window.after - reach, window.until)
    returned = _given_back(session, mailing_list, stream, window)
    late = {brief.id: brief for brief in (*read, *returned) if brief.arrived_at <= window.after}
    released = {
        brief.id: brief
        for brief in briefs_released(session, sources, window.after, goes_out)
        if brief.arrived_at <= window.after
    }
    used = used_briefs(session, mailing_list.id, stream, late.keys() | released.keys()).keys()
    excluded = {it.id for edition in frozen for it in edition.excluded} - released.keys()
    return [
        brief for key, brief in (late | released).items() if key not in used and key not in excluded
    ] + [brief for brief in read if brief.arrived_at > window.after]


def _given_back(
    session: Session, mailing_list: MailingList, stream: Stream, window: Window
) -> Iterable[Brief]:
    """Briefs of editions that were withdrawn after they had been approved, where a later edition
    closed their window."""
    if window.is_first:
        return ()
    contents = [
        edition.content
        for edition in recent_editions(session, mailing_list.id, 2 * RECENT)
        if edition.state is EditionState.WITHDRAWN
        and edition.approved_at is not None
        and edition.stream is stream
    ]
    sources = {feed.source_id for feed in mailing_list.feeds}
    found = briefs_by_url(session, _urls(contents)).values()
    return [brief for brief in found if brief.source_id in sources]


def _used(
    session: Session,
    list_id: UUID,
    stream: Stream,
    rows: Sequence[Brief],
    frozen: Sequence[Edition],
) -> dict[UUID, str]:
    numbers = {edition.id: edition.number for edition in frozen}
    uses = used_briefs(session, list_id, stream, [row.id for row in rows])
    for edition_id in set(uses.values()) - numbers.keys():
        numbers[edition_id] = find_edition(session, edition_id).number
    return {brief_id: f"No. {numbers[edition_id]}" for brief_id, edition_id in uses.items()}


def _sent(
    session: Session, frozen: Sequence[Edition], feeds: Mapping[UUID, ListSource]
) -> dict[Candidate, str]:
    """The briefs that the last editions carried, with the edition of each."""
    numbers = {
        url: f"No. {edition.number}" for edition in frozen for url in _urls([edition.content])
    }
    rows = briefs_by_url(session, numbers.keys())
    return {as_candidate(row, feeds.get(row.source_id)): numbers[url] for url, row in rows.items()}


def _archive(
    session: Session,
    feeds: Mapping[UUID, ListSource],
    window: Window,
    rows: Sequence[Brief],
) -> list[Candidate]:
    """Earlier briefs of the list's sources and categories, newest first."""
    ids = {row.id for row in rows}
    pool = archive(session, list(feeds), window.after, MOST)
    return [
        archived(brief)
        for brief in pool
        if brief.id not in ids and is_wanted(brief, feeds[brief.source_id])
    ]


def _links(content: EditionContent) -> list[RelatedLink]:
    return [*content.more, *(link for brief in content.briefs for link in brief.related)]


def _urls(contents: Iterable[EditionContent]) -> list[str]:
    """The addresses of all briefs that these editions carry, their copies among them."""
    briefs = [brief for content in contents for brief in content.briefs]
    return [url for brief in briefs for url in (brief.url, *(copy.url for copy in brief.also))]
