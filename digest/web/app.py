"""The web application: its routes, and what lies around all of them."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.datastructures import Default
from starlette.routing import BaseRoute

from digest.settings import Settings
from digest.store.engine import Database
from digest.web import (
    accent,
    following,
    health,
    hooks,
    joining,
    metrics,
    personal,
    preferences,
    readers,
    viewing,
)
from digest.web.api.guards import api_guard
from digest.web.api.route import ApiRoute
from digest.web.api.routes import API_ROUTES
from digest.web.body_limit import BodyLimit
from digest.web.desk.guards import desk_guard
from digest.web.desk.routes import DESK_ROUTES
from digest.web.failures import LastResort, add_failure_pages
from digest.web.headers import SecurityHeaders
from digest.web.origin import Origin
from digest.web.pages import Pages
from digest.web.route import Guard, Route
from digest.web.site import Site
from digest.web.static_files import StaticFiles

ROUTES = (
    Route("GET", "/u/{token}", readers.show_leave, Guard.TOKEN),
    Route("POST", "/u/{token}", readers.leave, Guard.TOKEN),
    Route("GET", "/p/{token}", preferences.show_preferences, Guard.TOKEN),
    Route("POST", "/p/{token}", preferences.change, Guard.TOKEN),
    Route("GET", "/d/{token}", personal.show_mine, Guard.TOKEN),
    Route("POST", "/d/{token}", personal.change_mine, Guard.TOKEN),
    Route("GET", "/d/{token}/everything.json", personal.download_mine, Guard.TOKEN),
    Route("GET", "/m/{token}", personal.show_new_address, Guard.TOKEN),
    Route("POST", "/m/{token}", personal.confirm_new_address, Guard.TOKEN),
    Route("GET", "/join/{slug}", joining.show_form, Guard.PUBLIC),
    Route("POST", "/join/{slug}", joining.join, Guard.ANY_SITE),
    Route("GET", "/c/{token}", joining.show_confirm, Guard.TOKEN),
    Route("POST", "/c/{token}", joining.confirm, Guard.TOKEN),
    Route("GET", "/e/{token}", viewing.show_edition, Guard.TOKEN),
    Route("GET", "/l/{token}", following.follow, Guard.TOKEN),
    Route("GET", "/o/{token}", following.note_open, Guard.TOKEN),
    Route("GET", "/archive/{slug}", viewing.show_archive, Guard.PUBLIC),
    Route("GET", "/archive/{slug}/feed.atom", viewing.show_feed, Guard.PUBLIC),
    Route("GET", "/archive/{slug}/{number:int}", viewing.show_archived, Guard.PUBLIC),
    Route("GET", "/sitemap.xml", viewing.show_sitemap, Guard.PUBLIC),
    Route("POST", "/hooks/{provider}", hooks.receive, Guard.SIGNED),
    Route("GET", "/about-links", viewing.about_links, Guard.PUBLIC),
    Route("GET", "/accent/{color}.css", accent.accent_sheet, Guard.PUBLIC),
    Route("GET", "/healthz", health.healthz, Guard.PUBLIC),
    Route("GET", "/readyz", health.readyz, Guard.PUBLIC),
    Route("GET", "/metrics", metrics.metrics, Guard.PUBLIC),
)


def create_app(db: Database, settings: Settings) -> FastAPI:
    """The application on one database; it opens no connection before it is asked for a page."""
    pages = Pages(_static(), settings.public_url)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.site = Site(db, settings, pages)
    static = Route("GET", "/static/{name}", _static().serve, Guard.PUBLIC)
    app.router.routes.extend(_routes((*ROUTES, static), DESK_ROUTES, API_ROUTES))
    add_failure_pages(app, pages)
    app.add_middleware(LastResort, pages=pages)  # the one added last is the outermost
    app.add_middleware(Origin, settings=settings)
    app.add_middleware(BodyLimit, pages=pages)
    app.add_middleware(SecurityHeaders, public_url=settings.public_url)
    return app


_static = cache(StaticFiles)


@lru_cache(maxsize=4)
def _routes(
    pages: Sequence[Route], desk: Sequence[Route], api: Sequence[ApiRoute]
) -> list[BaseRoute]:
    """Made once in a process: reading what 200 functions ask for takes a tenth of a second."""
    router = APIRouter()
    for route in pages:
        _add(router, route)
    for route in desk:
        _add(router, route, Depends(desk_guard(route)))
    for api_route in api:
        _add_api(router, api_route)
    return router.routes


def _add(router: APIRouter, route: Route, *checks: Any) -> None:
    router.add_api_route(
        route.path,
        route.endpoint,
        methods=route.methods,
        dependencies=checks,
        response_model=None,
        name=f"{route.endpoint.__module__}.{route.endpoint.__name__}",
    )


def _add_api(router: APIRouter, route: ApiRoute) -> None:
    """As ``_add``, with what the description says of it."""
    is_open = route.guard is Guard.PUBLIC
    router.add_api_route(
        route.path,
        route.endpoint,
        methods=[route.method],
        dependencies=[] if is_open else [Depends(api_guard(route))],
        status_code=route.status,
        response_model=route.answer or Default(None),
        responses=route.answers,
        openapi_extra=route.more,
        include_in_schema=not is_open,
        name=f"{route.endpoint.__module__}.{route.endpoint.__name__}",
        tags=[route.endpoint.__module__.rpartition(".")[2]],
    )
