"""Look at a source once: fetch without a transaction, then store what is new and what changed."""

import json
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from pydantic_core import to_jsonable_python

from digest.collect.source import Collected, Remark, SourceOptions, SourceSpec, collect_source
from digest.domain.brief import CollectedBrief
from digest.domain.errors import DigestError, Permanent, Transient
from digest.domain.ids import uuid7
from digest.domain.states import SourceKind
from digest.fetch import Fetcher
from digest.log import get_logger
from digest.store.briefs import (
    Brief,
    BriefName,
    RelatedStory,
    briefs_by_guid,
    briefs_by_url,
    known_names,
    replace_related,
    usual_gap,
)
from digest.store.engine import Database, IntegrityError, Session
from digest.store.sources import Source, claim_source

CLAIM = timedelta(minutes=10)  # a collector that dies leaves its source alone for this long
HABIT = timedelta(days=30)  # what a source usually does is told from so long
LONGEST_WAIT = timedelta(hours=6)  # between two looks at a source that keeps failing

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CollectReport:
    """What one look at a source brought. ``error`` is None where it went well."""

    source: str
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    not_modified: bool = False
    skipped: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()
    error: str | None = None
    next_try: datetime | None = None


def collect_one(
    db: Database, fetcher: Fetcher, source_id: UUID, now: datetime, *, force: bool = False
) -> CollectReport | None:
    """Look at one source, if it is due (or ``force``) and nobody else is looking.

    What goes wrong is written on the source's row and in the report, never raised. A look that was
    due is logged; whoever forces one is given the report.
    """
    with db.begin() as session:
        source = session.get_one(Source, source_id)
        if force:
            source.next_try_at = now
        if not claim_source(session, source_id, now, now + CLAIM):
            return None
        spec = _spec(source)
        known = known_names(session, source_id)
    report = _look(db, fetcher, source_id, spec, known, now)
    if not force:
        _log(report)
    return report


def _look(
    db: Database,
    fetcher: Fetcher,
    source_id: UUID,
    spec: SourceSpec,
    known: Set[str],
    now: datetime,
) -> CollectReport:
    try:
        collected = collect_source(spec, fetcher, now=now, known=known.__contains__)
    except DigestError as error:
        return _failed(db, source_id, error, now)
    except Exception as error:
        log.debug("unforeseen error", source=spec.name, exc_info=error)
        return _failed(db, source_id, _unforeseen(error), now)
    return _store(db, source_id, collected, now)


def _unforeseen(error: Exception) -> Permanent:
    return Permanent(
        f"Something unforeseen went wrong in reading it ({type(error).__name__}); "
        "DIGEST_LOG_LEVEL=DEBUG shows where."
    )


def _log(report: CollectReport) -> None:
    if report.error:
        log.warning("source failed", source=report.source, error=report.error)
    elif report.new or report.updated:
        log.info("collected", source=report.source, new=report.new, updated=report.updated)


def _spec(source: Source) -> SourceSpec:
    return SourceSpec(
        kind=SourceKind(source.kind),
        url=source.url,
        name=source.name,
        etag=source.etag,
        last_modified=source.last_modified,
        collected_at=source.last_success_at,
        options=SourceOptions(base_url=source.base_url),
    )


def _failed(db: Database, source_id: UUID, error: DigestError, now: datetime) -> CollectReport:
    """Note the error and wait: longer with each failure in a row, or as the server asked."""
    with db.begin() as session:
        source = session.get_one(Source, source_id)
        wait = min(timedelta(seconds=source.every_seconds) * 2**source.failures, LONGEST_WAIT)
        if isinstance(error, Transient) and error.retry_after is not None:
            wait = min(max(wait, timedelta(seconds=error.retry_after)), timedelta(days=1))
        source.failures += 1
        source.error = str(error)
        source.last_try_at = now
        source.next_try_at = now + wait
        return CollectReport(source.slug, error=source.error, next_try=source.next_try_at)


def _store(db: Database, source_id: UUID, collected: Collected, now: datetime) -> CollectReport:
    """Write the briefs; once more where another collector stored the same URL meanwhile."""
    try:
        return _write(db, source_id, collected, now)
    except IntegrityError:
        return _write(db, source_id, collected, now)


def _write(db: Database, source_id: UUID, collected: Collected, now: datetime) -> CollectReport:
    with db.begin() as session:
        source = session.get_one(Source, source_id)
        new, updated = 0, 0
        if collected.briefs:
            new, updated = store_briefs(session, source, collected.briefs, now)
        if new:
            _note_habit(session, source, now)
        source.etag, source.last_modified = collected.etag, collected.last_modified
        source.last_try_at = source.last_success_at = now
        source.next_try_at = now + timedelta(seconds=source.every_seconds)
        source.failures, source.error = 0, None
        return CollectReport(
            source.slug,
            new=new,
            updated=updated,
            unchanged=len(collected.briefs) - new - updated,
            not_modified=collected.not_modified,
            skipped=collected.skipped,
            notes=collected.notes,
            next_try=source.next_try_at,
        )


def _note_habit(session: Session, source: Source, now: datetime) -> None:
    """Keep when it had something new, and how often it usually has."""
    session.flush()
    gap = usual_gap(session, source.id, now - HABIT)
    source.last_brief_at = now
    source.usual_gap = int(gap.total_seconds()) if gap is not None else None


def store_briefs(
    session: Session, source: Source, found: Sequence[CollectedBrief], now: datetime
) -> tuple[int, int]:
    """Store each brief once: known by its canonical URL, or by what this source calls it."""
    by_url = briefs_by_url(session, [item.url for item in found])
    by_guid = briefs_by_guid(session, source.id, [item.guid for item in found])
    names: list[BriefName] = []
    new = updated = 0
    for item in found:
        brief = by_url.get(item.url) or by_guid.get(item.guid)
        if brief is None:
            brief = by_url[item.url] = _insert(session, source, item, now)
            new += 1
        elif brief.source_id == source.id and brief.checksum != _checksum(item):
            _update(session, brief, item, now)
            updated += 1
        if item.guid not in by_guid:
            names.append(BriefName(source_id=source.id, guid=item.guid, brief_id=brief.id))
            by_guid[item.guid] = brief
    session.flush()  # all briefs in one statement, and before their names refer to them
    session.add_all(names)
    return new, updated


def _insert(session: Session, source: Source, item: CollectedBrief, now: datetime) -> Brief:
    brief = Brief(id=uuid7(), source_id=source.id, url=item.url, arrived_at=now, updated_at=now)
    _fill(brief, item)
    brief.related = [
        RelatedStory(position=place, title=link.title, url=link.url, teaser=link.teaser)
        for place, link in enumerate(item.related)
    ]
    session.add(brief)
    return brief


def _update(session: Session, brief: Brief, item: CollectedBrief, now: datetime) -> None:
    """Take over what changed; when it first arrived stays, so that it is not sent again."""
    moved = brief.url != item.url and not briefs_by_url(session, [item.url])
    if moved:
        brief.url = item.url
    _fill(brief, item)
    brief.updated_at = now
    replace_related(session, brief, item.related)


def _fill(brief: Brief, item: CollectedBrief) -> None:
    brief.title = item.title
    brief.bullets = item.bluf
    brief.body = item.body
    brief.teaser = item.teaser
    brief.author = item.author
    brief.language = item.language
    brief.categories = item.categories
    brief.image_url = item.image.url if item.image else None
    brief.image_alt = item.image.alt if item.image else None
    brief.published_at = item.published
    brief.checksum = _checksum(item)
    brief.forgotten_at = None


def _checksum(item: CollectedBrief) -> str:
    """Of all that the source said, but for what it calls the item."""
    said = to_jsonable_python(replace(item, guid=""))
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
