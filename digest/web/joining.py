"""Signing up: a list's form, which may also stand on another site, and the link that confirms."""

from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Request, Response

from digest.actions.confirm_sign_up import Waiting, confirm_sign_up, show_requests
from digest.actions.sign_up import ListOffer, SignUp, TooManySignUps, show_offer, sign_up
from digest.audience.sign_up import TRAP
from digest.clock import utc_now
from digest.domain.errors import Illegal
from digest.web.accent import accent_path
from digest.web.client import client_address
from digest.web.posted import Fields, Posted, first
from digest.web.site import Here, Site


def show_form(slug: str, site: Here) -> Response:
    """GET /join/{slug}: the list's form."""
    return _form(site, show_offer(site.db, slug))


def join(slug: str, request: Request, fields: Posted, site: Here) -> Response:
    """POST /join/{slug}, from our page or another site's: the same answer whoever it is about."""
    offer = show_offer(site.db, slug)
    if first(fields, TRAP):
        return _asked(site, offer)
    try:
        sign_up(site.db, site.settings, _sign_up(request, slug, fields, site), now=utc_now())
    except TooManySignUps as error:
        return _form(site, offer, fields, fault=str(error), status=429)
    except Illegal as error:
        return _form(site, offer, fields, fault=str(error), status=422)
    return _asked(site, offer)


def show_confirm(token: str, site: Here) -> Response:
    """GET /c/{token}: what was asked for, and a button. It changes nothing."""
    now = utc_now()
    found = show_requests(site.db, site.tokens.read_sign_up(token, now), now=now)
    return site.pages.page("confirm.html", found=found, accent=_accent(found.lists))


def confirm(token: str, request: Request, fields: Posted, site: Here) -> Response:
    """POST /c/{token}: whoever got the mail wants the lists that are ticked."""
    now = utc_now()
    subscriber_id = site.tokens.read_sign_up(token, now)
    done = confirm_sign_up(
        site.db,
        subscriber_id,
        {_id(text) for text in fields.get("list", [])},
        client=client_address(request, site.settings),
        now=now,
    )
    links = {
        place.list_id: site.tokens.subscription(subscriber_id, place.list_id) for place in done
    }
    return site.pages.page("confirmed.html", done=done, links=links, accent=_accent(done))


def _sign_up(request: Request, slug: str, fields: Fields, site: Site) -> SignUp:
    return SignUp(
        address=first(fields, "email"),
        list_slug=slug,
        name=first(fields, "name"),
        topics=fields.get("topic", []),
        origin=urlsplit(request.headers.get("origin", "")).netloc[:255] or None,
        client=client_address(request, site.settings),
    )


def _form(
    site: Site,
    offer: ListOffer,
    fields: Fields | None = None,
    *,
    fault: str | None = None,
    status: int = 200,
) -> Response:
    fields = fields or {}
    return site.pages.page(
        "join.html",
        status=status,
        offer=offer,
        accent=accent_path(offer.accent_color),
        fault=fault,
        email=first(fields, "email")[:254],
        name=first(fields, "name")[:200],
        chosen=fields.get("topic", offer.sections),
        trap=TRAP,
    )


def _asked(site: Site, offer: ListOffer) -> Response:
    return site.pages.page("join_asked.html", offer=offer, accent=accent_path(offer.accent_color))


def _accent(lists: Sequence[Waiting]) -> str:
    colors = [each.accent_color for each in lists]
    return accent_path(colors[0] if colors else "#0b4f8a")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Illegal("This page has no such list.") from None
