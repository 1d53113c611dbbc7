"""Bodies are small here: whoever sends more is refused before it is read."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digest.web.pages import Pages

MAX_BODY = 64 * 1024  # bytes


class BodyLimit:
    """ASGI middleware: 413 for a body that is declared, or turns out, to be over ``MAX_BODY``."""

    def __init__(self, app: ASGIApp, *, pages: Pages) -> None:
        self._app = app
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif _declared(scope) > MAX_BODY:
            await self._pages.problem(413)(scope, receive, send)
        else:
            await self._app(scope, _counted(receive), send)


def _counted(receive: Receive) -> Receive:
    read = 0

    async def receive_counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > MAX_BODY:
            raise HTTPException(413)
        return message

    return receive_counted


def _declared(scope: Scope) -> int:
    length = Request(scope).headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else 0
