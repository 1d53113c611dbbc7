"""Add, list and remove sources."""

from datetime import datetime
from uuid import UUID

from digest.collect.detect import detect_kind
from digest.domain.errors import Illegal
from digest.domain.slug import check_slug
from digest.domain.states import SourceKind
from digest.fetch import Fetcher
from digest.settings import Settings
from digest.store import audit
from digest.store.engine import Database
from digest.store.sources import Source, find_source, source_or_none


def create_source(
    db: Database,
    settings: Settings,
    *,
    slug: str,
    url: str,
    kind: SourceKind | None = None,
    name: str | None = None,
    every_seconds: int = 900,
    base_url: str | None = None,
    now: datetime,
    actor: str,
) -> tuple[SourceKind, str]:
    """Add a source; gives its kind and the address that will be read. Without ``kind`` the
    address is looked at, and a site's own feed or API is taken where it names one."""
    check_slug(slug)
    if every_seconds < 60:
        raise Illegal("A source is looked at once a minute at most; give 60 seconds or more.")
    if kind is None:
        kind, url = detect_kind(url, Fetcher(settings))
    with db.begin() as session:
        if source_or_none(session, slug) is not None:
            raise Illegal(f"There is a source {slug!r} already; remove it first.")
        source = Source(
            slug=slug,
            name=name or slug,
            kind=kind,
            url=url,
            every_seconds=every_seconds,
            base_url=base_url,
            created_at=now,
            next_try_at=now,
        )
        session.add(source)
        session.flush()
        audit.record(
            session,
            now=now,
            actor=actor,
            action="added",
            noun="source",
            noun_id=source.id,
            after={"slug": slug, "kind": kind.value, "url": url},
        )
    return kind, url


def remove_source(db: Database, slug: str, *, now: datetime, actor: str) -> None:
    """Stop reading a source. Its briefs stay, and it can be enabled again."""
    with db.begin() as session:
        source = find_source(session, slug)
        source.enabled = False
        audit.record(
            session, now=now, actor=actor, action="removed", noun="source", noun_id=source.id
        )


def enable_source(db: Database, slug: str, *, now: datetime, actor: str) -> UUID:
    """Read a source again."""
    with db.begin() as session:
        source = find_source(session, slug)
        source.enabled, source.next_try_at = True, now
        audit.record(
            session, now=now, actor=actor, action="enabled", noun="source", noun_id=source.id
        )
        return source.id
