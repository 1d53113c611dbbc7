"""Counted links: the way to where they lead, and the picture that counts opens."""

from base64 import b64decode
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from digest.actions.follow_link import Forgotten, Link, find_link, is_sent
from digest.clock import monotonic, utc_now
from digest.feedback.machines import asks_not_to_be_counted, is_machine
from digest.web.client import client_address
from digest.web.site import Here, Site

KNOWN_FOR = 10  # seconds, until the database is asked again where a link leads
_PIXEL = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")  # transparent


async def follow(token: str, request: Request, site: Here) -> Response:
    """GET /l/{token}: on to where the link leads, which the database says and the address can't.

    Nobody's name is known here, and nothing of whoever asks is kept."""
    edition_id, key = site.tokens.read_link(token)
    try:
        link = await run_in_threadpool(_find, site, edition_id, key)
    except Forgotten:
        return site.pages.page("forgotten_link.html", status=410)
    if link.is_counted and _is_counted(request):
        name = f"{client_address(request, site.settings)} {request.headers['user-agent']}"
        site.clicks.click(edition_id, key, client=name, day=utc_now().date())
    return _lead_to(link.target)


async def note_open(token: str, request: Request, site: Here) -> Response:
    """GET /o/{token}: a transparent picture of one pixel."""
    edition_id = site.tokens.read_picture(token)
    if _is_counted(request) and await run_in_threadpool(is_sent, site.db, edition_id):
        site.clicks.open(edition_id, day=utc_now().date())
    # Mail pages on other sites show it.
    headers = {"Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(_PIXEL, media_type="image/gif", headers=headers)


def _find(site: Site, edition_id: UUID, key: int) -> Link:
    moment = int(monotonic() / KNOWN_FOR)
    found = (edition_id, key, moment)
    return site.links.get(found, lambda: find_link(site.db, site.settings, edition_id, key))


def _is_counted(request: Request) -> bool:
    headers = request.headers
    return not is_machine(request.method, headers) and not asks_not_to_be_counted(headers)


def _lead_to(target: str) -> Response:
    answer = RedirectResponse(target, status_code=302)
    answer.headers["Location"] = target  # as it is: the class would encode some of it once more
    return answer
