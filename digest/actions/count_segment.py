"""How many of a list's people a segment means: to be looked at before it is used."""

from dataclasses import dataclass
from datetime import datetime

from digest.domain.segment import parse_segment
from digest.domain.states import Stream
from digest.store.engine import Database
from digest.store.lists import find_list
from digest.store.roster import count_eligible


@dataclass(frozen=True, slots=True)
class SegmentCount:
    """Those who would get an edition of that stream now: whom the segment means, and all."""

    meant: int
    of: int


def count_segment(
    db: Database, list_slug: str, segment: str, *, stream: Stream = Stream.EACH, now: datetime
) -> SegmentCount:
    """``Illegal`` says what can't be read in ``segment``."""
    parse_segment(segment)
    with db.read() as session:
        list_id = find_list(session, list_slug).id
        return SegmentCount(
            meant=count_eligible(session, list_id, stream, now, segment),
            of=count_eligible(session, list_id, stream, now, None),
        )
