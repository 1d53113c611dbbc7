"""Segments of a list: written, counted before they are used, and kept under a name."""

from fastapi import Response
from fastapi.responses import JSONResponse

from digest.actions.segments import (
    SegmentCount,
    count_segment,
    drop_segment,
    list_segments,
    save_segment,
)
from digest.clock import utc_now
from digest.domain.errors import Illegal
from digest.domain.segment import ATTRIBUTE, FIELDS, OPERATORS
from digest.store.lists import find_list
from digest.web.desk.desk import AtDesk, Desk
from digest.web.posted import Fields, Posted, first


def show_segments(list_slug: str, desk: AtDesk) -> Response:
    """GET /desk/lists/{list_slug}/segments."""
    return _page(desk, list_slug, {})


def post_segment(list_slug: str, desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/lists/{list_slug}/segments: counts one, or keeps it under its name."""
    words, now = first(fields, "words"), utc_now()
    try:
        count = _count(desk, list_slug, words)
        if first(fields, "action") == "save":
            name = first(fields, "name")
            save_segment(desk.site.db, list_slug, name, words, now=now, actor=desk.actor)
            said = f"Saved {name}."
            return desk.redirect(f"/desk/lists/{list_slug}/segments", said=said)
    except Illegal as error:
        return _page(desk, list_slug, fields, fault=str(error), status=422)
    return _page(desk, list_slug, fields, counted=count)


def post_count(list_slug: str, desk: AtDesk, fields: Posted) -> Response:
    """POST …/count: for the page's script, while somebody writes."""
    try:
        count = _count(desk, list_slug, first(fields, "words"))
    except Illegal as error:
        return JSONResponse({"fault": str(error)}, status_code=422)
    return JSONResponse({"says": says(count)})


def post_remove(list_slug: str, desk: AtDesk, fields: Posted) -> Response:
    """POST …/remove: forgets a name."""
    name = first(fields, "name")
    drop_segment(desk.site.db, list_slug, name, now=utc_now(), actor=desk.actor)
    return desk.redirect(f"/desk/lists/{list_slug}/segments", said=f"Removed {name}.")


def says(count: SegmentCount) -> str:
    """A count in words."""
    return f"Means {count.meant:,} of the {count.of:,} who get the list now."


def _count(desk: Desk, slug: str, words: str) -> SegmentCount:
    if not words:
        raise Illegal("Write whom it means, such as: topic = Trade and not hour < 9")
    return count_segment(desk.site.db, slug, words, now=utc_now())


def _page(
    desk: Desk,
    slug: str,
    fields: Fields,
    *,
    counted: SegmentCount | None = None,
    fault: str | None = None,
    status: int = 200,
) -> Response:
    with desk.site.db.read() as session:
        mailing_list = find_list(session, slug)
    return desk.page(
        "desk/segments.html",
        status=status,
        list=mailing_list,
        segments=list_segments(desk.site.db, slug, now=utc_now()),
        name=first(fields, "name"),
        words=first(fields, "words"),
        counted=says(counted) if counted else "",
        fault=fault,
        grammar=[(field, OPERATORS[kind]) for field, kind in FIELDS.items()],
        attribute=f"{ATTRIBUTE}NAME",
    )
