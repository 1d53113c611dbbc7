"""The API's description, made of its routes."""

from typing import Any

from fastapi import Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from digest import __version__
from digest.web.api.route import API

WORDS = """What the desk and the commands can do. Send a token as `Authorization: Bearer …`.

Refusals are problem details (RFC 9457). Lists come a page at a time: follow `next`. What starts a
send needs an `Idempotency-Key`. Times are in UTC unless a zone is named."""


def describe(request: Request) -> JSONResponse:
    """GET /api/v1/openapi.json."""
    state = request.app.state
    if not hasattr(state, "openapi"):
        routes = [one for one in request.app.routes if one.path.startswith(f"{API}/")]
        state.openapi = _described(routes)
    return JSONResponse(state.openapi)


def _described(routes: list[Any]) -> dict[str, Any]:
    return get_openapi(title="bluf-digest", version=__version__, description=WORDS, routes=routes)
