"""Segments of a list under a name: saved, looked at, used and dropped."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from digest.domain.errors import Illegal, NotFound
from digest.domain.segment import parse_segment
from digest.domain.slug import check_slug, is_slug
from digest.domain.states import Stream
from digest.store import audit
from digest.store.engine import Database, Session
from digest.store.lists import find_list
from digest.store.roster import count_eligible
from digest.store.saved_segments import SavedSegment, saved_segment, segments_of

MOST = 50  # of one list: each is counted when they are looked at


@dataclass(frozen=True, slots=True)
class SegmentCount:
    """Those who would get an edition of a stream now: whom the segment means, and all."""

    meant: int
    of: int


@dataclass(frozen=True, slots=True)
class SegmentView:
    """A saved segment; ``count`` is None where its words can't be read any more."""

    name: str
    words: str
    saved_at: datetime
    saved_by: str
    count: SegmentCount | None


def segment_words(session: Session, list_id: UUID, given: str | None) -> str | None:
    """The words of a segment given by its name or by its words; None for everybody. ``Illegal``
    says what can't be read in them, ``NotFound`` that the list has none of that name."""
    if not given:
        return None
    if is_slug(given):
        found = saved_segment(session, list_id, given)
        if found is None:
            known = ", ".join(one.name for one in segments_of(session, list_id)) or "none yet"
            raise NotFound(f"The list has no segment {given!r} (known: {known}).")
        given = found.words
    parse_segment(given)
    return given


def count_segment(
    db: Database, list_slug: str, segment: str, *, stream: Stream = Stream.EACH, now: datetime
) -> SegmentCount:
    """How many a segment means, given by name or by words; as ``segment_words`` where it can't."""
    with db.read() as session:
        list_id = find_list(session, list_slug).id
        return _count(session, list_id, segment_words(session, list_id, segment), stream, now)


def list_segments(db: Database, list_slug: str, *, now: datetime) -> list[SegmentView]:
    """A list's segments with whom they mean now."""
    with db.read() as session:
        list_id = find_list(session, list_slug).id
        return [_view(session, one, now) for one in segments_of(session, list_id)]


def save_segment(
    db: Database, list_slug: str, name: str, words: str, *, now: datetime, actor: str
) -> None:
    """Keep a segment under a name, in the place of one that had it."""
    check_slug(name)
    parse_segment(words)
    with db.begin() as session:
        list_id = find_list(session, list_slug).id
        row = saved_segment(session, list_id, name)
        before = row.words if row else None
        if row is None:
            if len(segments_of(session, list_id)) >= MOST:
                raise Illegal(f"The list has {MOST} segments already; remove one first.")
            row = SavedSegment(list_id=list_id, name=name)
            session.add(row)
        row.words, row.saved_at, row.saved_by = words, now, actor
        _note(session, list_id, name, before, words, now, actor)


def drop_segment(db: Database, list_slug: str, name: str, *, now: datetime, actor: str) -> None:
    """Forget a name; what was started with it goes on."""
    with db.begin() as session:
        list_id = find_list(session, list_slug).id
        row = saved_segment(session, list_id, name)
        if row is None:
            raise NotFound(f"The list has no segment {name!r}.")
        _note(session, list_id, name, row.words, None, now, actor)
        session.delete(row)


def _view(session: Session, row: SavedSegment, now: datetime) -> SegmentView:
    try:
        parse_segment(row.words)
    except Illegal:
        count = None
    else:
        count = _count(session, row.list_id, row.words, Stream.EACH, now)
    return SegmentView(row.name, row.words, row.saved_at, row.saved_by, count)


def _count(
    session: Session, list_id: UUID, words: str | None, stream: Stream, now: datetime
) -> SegmentCount:
    return SegmentCount(
        meant=count_eligible(session, list_id, stream, now, words),
        of=count_eligible(session, list_id, stream, now, None),
    )


def _note(
    session: Session,
    list_id: UUID,
    name: str,
    before: str | None,
    after: str | None,
    now: datetime,
    actor: str,
) -> None:
    audit.record(
        session,
        now=now,
        actor=actor,
        action="changed a segment of",
        noun="mailing_list",
        noun_id=list_id,
        before={name: before},
        after={name: after},
    )
