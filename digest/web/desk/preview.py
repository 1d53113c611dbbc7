"""The preview: the very bytes that are sent, in a frame that can do nothing."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Response
from fastapi.responses import HTMLResponse

from digest.accounts.roles import reaches
from digest.actions.read_preview import (
    AS_DEVICE,
    DEFAULT,
    Preview,
    find_reader,
    read_frame,
    read_preview,
    read_source,
)
from digest.clock import utc_now
from digest.domain.edition import EditionContent
from digest.domain.errors import Forbidden, Illegal
from digest.domain.role import Role
from digest.render import Finding
from digest.store.owners import lists_of_edition
from digest.web.desk.desk import AtDesk, Desk
from digest.web.posted import Posted, first

SUBSCRIBER = "subscriber:"
SHOWN = ("html", "text", "source")
MOST_SOURCE = 400_000  # characters of raw source that a page shows


def show_preview(
    desk: AtDesk,
    edition_id: UUID,
    reader: str = DEFAULT,
    part: str = "html",
    width: str = "desktop",
    scheme: str = AS_DEVICE,
    images: str = "off",
) -> Response:
    """GET …/preview: as a persona, phone or desktop, light or dark, as HTML, text or source."""
    seen = {"reader": reader, "part": part, "width": width, "scheme": scheme, "images": images}
    _check_reader(desk, edition_id, reader)
    try:
        preview = read_preview(desk.site.db, desk.site.settings, edition_id, reader, utc_now())
    except Illegal as error:
        if reader == DEFAULT:
            raise
        preview = read_preview(desk.site.db, desk.site.settings, edition_id, DEFAULT, utc_now())
        return _page(desk, edition_id, preview, seen | {"reader": DEFAULT}, fault=str(error))
    return _page(desk, edition_id, preview, seen)


def show_frame(
    desk: AtDesk,
    edition_id: UUID,
    reader: str = DEFAULT,
    images: str = "off",
    scheme: str = AS_DEVICE,
) -> Response:
    """GET …/preview/frame: the HTML part, byte for byte but for the inert links."""
    _check_reader(desk, edition_id, reader)
    html = read_frame(desk.site.db, desk.site.settings, edition_id, reader, scheme)
    headers = {
        "Content-Security-Policy": frame_policy(with_images=images == "on"),
        "X-Frame-Options": "SAMEORIGIN",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return HTMLResponse(html, headers=headers)


def post_reader(desk: AtDesk, edition_id: UUID, fields: Posted) -> Response:
    """POST …/preview: on to the preview as a subscriber, whose address stays out of the link."""
    subscriber_id = find_reader(desk.site.db, edition_id, first(fields, "address"))
    return desk.redirect(f"/desk/editions/{edition_id}/preview?reader={SUBSCRIBER}{subscriber_id}")


def frame_policy(*, with_images: bool) -> str:
    """Nothing is loaded, run or sent; ``sandbox`` makes the frame a stranger to the desk even when
    it is opened on its own."""
    images = "https: http:" if with_images else "'none'"
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src {images}; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'self'; sandbox"
    )


def _page(
    desk: Desk, edition_id: UUID, preview: Preview, seen: dict[str, str], **values: Any
) -> Response:
    source = ""
    if seen["part"] == "source":
        source = read_source(
            desk.site.db, desk.site.settings, edition_id, seen["reader"], utc_now()
        )
    asked = urlencode({name: seen[name] for name in ("reader", "images", "scheme")})
    return desk.page(
        "desk/preview.html",
        preview=preview,
        seen=seen,
        source=source[:MOST_SOURCE],
        frame=f"/desk/editions/{edition_id}/preview/frame?{asked}",
        mend=lambda finding: _place_of(finding, preview.view.content),
        may_see_people=_may_see_people(desk, edition_id),
        **values,
    )


def _place_of(finding: Finding, content: EditionContent) -> str:
    """Where on the edition's page a finding is mended: a brief of that name, or its own words."""
    named = f"{finding.where} {finding.why}"
    for brief in content.briefs:
        if brief.title in named:
            return f"#brief-{brief.id}"
    return "#words"


def _check_reader(desk: Desk, edition_id: UUID, reader: str) -> None:
    """Only operators see what a real subscriber gets; nobody's address stands in a link."""
    if "@" in reader:
        raise Illegal("An address can’t stand in a link; use the form.")
    if reader.startswith(SUBSCRIBER) and not _may_see_people(desk, edition_id):
        raise Forbidden("This needs the role operator; yours doesn’t allow it.")


def _may_see_people(desk: Desk, edition_id: UUID) -> bool:
    with desk.site.db.read() as session:
        lists = lists_of_edition(session, edition_id)
    return any(reaches(desk.viewer.grants.on(one), Role.OPERATOR) for one in lists)
