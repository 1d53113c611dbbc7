"""Who may use a route of the API: whom its token speaks for is asked before the route runs."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from digest.accounts.roles import Access, decide_access
from digest.actions.api_tokens import Caller, who_calls
from digest.actions.see import note_route
from digest.clock import utc_now
from digest.domain.errors import Forbidden, NotFound
from digest.web.desk.scope import lists_of
from digest.web.route import Route
from digest.web.site import Here, Site


class NoToken(Forbidden):
    """No token, or one that doesn't count (401)."""


_bearer = HTTPBearer(
    auto_error=False, description="A token from `digest token make`, or from the desk."
)
Shown = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def api_guard(route: Route) -> Callable[[Request, Site, HTTPAuthorizationCredentials | None], None]:
    """The check of one route, as a dependency; leaves the caller in ``request.state``."""

    def check(request: Request, site: Here, shown: Shown) -> None:
        caller = who_calls(site.db, shown.credentials, utc_now()) if shown else None
        if caller is None:
            raise NoToken("A token is needed that is known, not too old, and not revoked.")
        request.state.caller = caller
        needed = route.guard.role
        if needed is None:
            return
        lists = lists_of(site.db, request.path_params)
        access = decide_access(caller.grants, needed, lists=lists, whole=route.whole)
        if access is Access.HIDDEN:
            raise NotFound("There is nothing here that this token may see.")
        if access is Access.FORBIDDEN:
            where = " for all lists" if route.whole else ""
            raise Forbidden(f"This needs the role {needed.value}{where}.")
        if route.shows:
            note_route(site.db, route.shows, request.path_params, now=utc_now(), actor=caller.actor)

    return check


def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


ByCaller = Annotated[Caller, Depends(_caller)]
