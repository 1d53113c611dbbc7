"""Who may use a page of the desk: asked before the page itself is, for each route."""

from collections.abc import Callable
from urllib.parse import urlsplit

from fastapi import Request

from digest.accounts.roles import Access, decide_access
from digest.actions.see import note_route
from digest.actions.sessions import Viewer, who_is
from digest.clock import utc_now
from digest.domain.errors import Forbidden, NotFound
from digest.web.desk.cookies import FORM, SESSION, read_cookie
from digest.web.desk.scope import lists_of
from digest.web.posted import Fields, Posted, first
from digest.web.route import Guard, Route
from digest.web.site import Here, Site

FORM_FIELD = "form_token"
FORM_HEADER = "x-form-token"  # for what our script sends
SAFE = frozenset({"GET", "HEAD"})


class SignInFirst(Forbidden):
    """Nobody is signed in, or no longer."""


class StrangeForm(Forbidden):
    """A form that we didn't give to this browser (cross-site request forgery)."""


def desk_guard(route: Route) -> Callable[[Request, Site, Fields], None]:
    """The check of one route, as a dependency; leaves the viewer in ``request.state``.

    ``SignInFirst`` (a redirect), ``Forbidden`` (403) or ``NotFound`` (404) where it says no.
    """

    def check(request: Request, site: Here, fields: Posted) -> None:
        secret = read_cookie(request, site.settings, SESSION)
        viewer = who_is(site.db, secret, utc_now()) if secret else None
        request.state.viewer = viewer
        if route.guard not in {Guard.PUBLIC, Guard.FORM}:
            _refuse_unless_allowed(request, site, route, viewer)
        if request.method not in SAFE:
            _refuse_strange_form(request, site, fields, signed_in=viewer is not None)
        if route.shows and viewer is not None:
            note_route(site.db, route.shows, request.path_params, now=utc_now(), actor=viewer.actor)

    return check


def _refuse_unless_allowed(
    request: Request, site: Site, route: Route, viewer: Viewer | None
) -> None:
    if viewer is None:
        raise SignInFirst("Please sign in first.")
    needed = route.guard.role
    if needed is None:
        return
    lists = lists_of(site.db, request.path_params)
    access = decide_access(viewer.grants, needed, lists=lists, whole=route.whole)
    if access is Access.HIDDEN:
        raise NotFound("There is nothing here that you may see.")
    if access is Access.FORBIDDEN:
        raise Forbidden(f"This needs the role {needed.value}; yours doesn’t allow it.")


def _refuse_strange_form(request: Request, site: Site, fields: Fields, *, signed_in: bool) -> None:
    """The form's token belongs to the session (or, before signing in, to the browser), and the
    browser says that it comes from a page of ours."""
    token = request.headers.get(FORM_HEADER) or first(fields, FORM_FIELD)
    secret = read_cookie(request, site.settings, SESSION if signed_in else FORM)
    if not secret or not site.tokens.is_form(token, secret) or not _is_ours(request, site):
        raise StrangeForm(
            "This form is too old, or comes from another site. Nothing was changed: please open "
            "the page again."
        )


def _is_ours(request: Request, site: Site) -> bool:
    """Whether the Origin, which browsers send with each POST, is our own."""
    origin = request.headers.get("origin")
    if origin is None:  # no browser of these years; the token was right
        return request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
    public = urlsplit(site.settings.public_url)
    here = urlsplit(origin)
    ours = {(public.scheme, public.netloc), (request.url.scheme, request.headers.get("host"))}
    return (here.scheme, here.netloc) in ours
