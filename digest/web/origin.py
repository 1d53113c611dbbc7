"""Where a request comes from, for what the audit keeps of whatever it leads to."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from digest.settings import Settings
from digest.store.audit import came_from
from digest.web.client import client_address


class Origin:
    """ASGI middleware: the client's address, as far as the proxies are trusted."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            came_from.set(client_address(Request(scope), self._settings))
        await self._app(scope, receive, send)
