"""Put a brief into a draft: one that was left out, one by its address, or one written by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from digest.actions.brief_candidates import as_candidate
from digest.actions.collect_source import store_briefs
from digest.actions.edit_edition import Edited, draft_of, edit_edition
from digest.assemble.arrange import spot_for
from digest.assemble.edition import item_of
from digest.collect.canonical import canonical_url
from digest.collect.source import SourceSpec, collect_source
from digest.domain.brief import CollectedBrief
from digest.domain.changes import PutIn
from digest.domain.edition import BriefItem
from digest.domain.errors import Illegal
from digest.domain.states import SourceKind
from digest.fetch import Fetcher
from digest.sanitise import fold
from digest.store import audit
from digest.store.briefs import Brief, briefs_by_url, find_brief
from digest.store.editions import find_edition
from digest.store.engine import Database, Session
from digest.store.lists import MailingList, get_list
from digest.store.sources import Source, source_or_none

DESK = "desk"  # the source of what editors add; nothing is ever collected from it


def put_in_brief(
    db: Database, edition_id: UUID, brief_id: UUID, *, seen_version: int, now: datetime, actor: str
) -> Edited:
    """Put a stored brief into a draft, at the end of its section."""
    with db.read() as session:
        edition = find_edition(session, edition_id)
        mailing_list = get_list(session, edition.list_id)
        item = _item(find_brief(session, brief_id), mailing_list, actor)
        spot = spot_for(draft_of(edition), item.topics, mailing_list.sections)
    wish = PutIn(item, spot)
    return edit_edition(db, edition_id, wish, seen_version=seen_version, now=now, actor=actor)


def find_brief_at(db: Database, fetcher: Fetcher, url: str, *, now: datetime, actor: str) -> UUID:
    """The brief at that address: the stored one, else its page is read now and stored.

    ``Illegal`` where it is no address, or the page holds no brief; ``Transient`` or ``Permanent``
    where it can't be had.
    """
    canonical = _canonical(url)
    with db.read() as session:
        known = briefs_by_url(session, [canonical]).get(canonical)
        if known is not None:
            return known.id
    spec = SourceSpec(kind=SourceKind.PAGE, url=canonical, name=_host(canonical))
    found = collect_source(spec, fetcher, now=now, known=lambda _: False)
    if not found.briefs:
        reason = next((remark.reason for remark in found.skipped), "There is no brief on it.")
        raise Illegal(f"{canonical} can't be used: {reason}")
    return _store(db, found.briefs[0], now, actor)


def write_brief(
    db: Database,
    *,
    title: str,
    url: str,
    bullets: Sequence[str] = (),
    teaser: str = "",
    now: datetime,
    actor: str,
) -> UUID:
    """Store a brief that an editor wrote; ``Illegal`` where it has no headline or its address is
    none, or is known already."""
    canonical = _canonical(url)
    if not fold(title):
        raise Illegal("A brief needs a headline.")
    with db.read() as session:
        if briefs_by_url(session, [canonical]):
            raise Illegal(f"There is a brief at {canonical} already; add it by its address.")
    brief = CollectedBrief(
        guid=canonical,
        url=canonical,
        title=fold(title),
        published=now,
        bluf=tuple(line for bullet in bullets if (line := fold(bullet))),
        teaser=fold(teaser),
    )
    return _store(db, brief, now, actor)


def _item(brief: Brief, mailing_list: MailingList, actor: str) -> BriefItem:
    feed = next((it for it in mailing_list.feeds if it.source_id == brief.source_id), None)
    source = _host(brief.url) if brief.source.slug == DESK else brief.source.name
    item = item_of(as_candidate(brief, feed), why=f"put in by {actor}", source=source)
    return replace(item, related=item.related[: mailing_list.max_related])


def _store(db: Database, brief: CollectedBrief, now: datetime, actor: str) -> UUID:
    with db.begin() as session:
        store_briefs(session, _desk(session, now), [brief], now)
        stored = briefs_by_url(session, [brief.url])[brief.url]
        audit.record(
            session,
            now=now,
            actor=actor,
            action="added",
            noun="brief",
            noun_id=stored.id,
            after={"title": brief.title, "url": brief.url},
        )
        return stored.id


def _desk(session: Session, now: datetime) -> Source:
    desk = source_or_none(session, DESK)
    if desk is None:
        desk = Source(
            slug=DESK,
            name="The desk",
            kind=SourceKind.PAGE,
            url="about:desk",
            enabled=False,
            created_at=now,
            next_try_at=now,
        )
        session.add(desk)
        session.flush()
    return desk


def _canonical(url: str) -> str:
    canonical = canonical_url(url.strip())
    if canonical is None:
        raise Illegal(f"{url!r} is not an http or https address.")
    return canonical


def _host(url: str) -> str:
    return (urlsplit(url).hostname or url).removeprefix("www.")
