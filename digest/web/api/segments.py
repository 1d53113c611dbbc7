"""Segments: parts of a list's people."""

from datetime import datetime

from fastapi import Response
from pydantic import BaseModel, Field

from digest.actions import segments
from digest.clock import utc_now
from digest.domain.states import Stream
from digest.web.api.guards import ByCaller
from digest.web.api.paging import Page
from digest.web.api.words import Asked, SegmentText
from digest.web.site import Here


class SegmentCount(BaseModel):
    """Those who would get an edition now: whom the segment means, and all."""

    meant: int
    of: int


class SegmentDocument(BaseModel):
    """A segment under its name."""

    name: str
    words: str
    saved_at: datetime
    saved_by: str
    count: SegmentCount | None = Field(description="Null where its words can't be read any more.")


class SegmentWords(Asked):
    """What a segment says."""

    words: SegmentText


class Counted(Asked):
    """A segment to count, by name or by words."""

    segment: SegmentText
    stream: Stream = Stream.EACH


def list_segments(site: Here, list_slug: str) -> Page[SegmentDocument]:
    """A list's segments, and how many each means now."""
    found = segments.list_segments(site.db, list_slug, now=utc_now())
    items = [SegmentDocument.model_validate(one, from_attributes=True) for one in found]
    return Page(items=items, next=None)


def put_segment(
    site: Here, caller: ByCaller, list_slug: str, name: str, ask: SegmentWords
) -> SegmentCount:
    """Keep a segment under a name, in the place of one that had it."""
    now = utc_now()
    segments.save_segment(site.db, list_slug, name, ask.words, now=now, actor=caller.actor)
    return _count(site, list_slug, name, Stream.EACH)


def remove(site: Here, caller: ByCaller, list_slug: str, name: str) -> Response:
    """Forget a segment's name; what was started with it goes on."""
    segments.drop_segment(site.db, list_slug, name, now=utc_now(), actor=caller.actor)
    return Response(status_code=204)


def count(site: Here, list_slug: str, ask: Counted) -> SegmentCount:
    """How many a segment means, before it is used."""
    return _count(site, list_slug, ask.segment, ask.stream)


def _count(site: Here, list_slug: str, segment: str, stream: Stream) -> SegmentCount:
    found = segments.count_segment(site.db, list_slug, segment, stream=stream, now=utc_now())
    return SegmentCount.model_validate(found, from_attributes=True)
