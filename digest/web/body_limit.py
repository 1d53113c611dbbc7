"""Bodies are small here: whoever sends more is refused before it is read."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digest.actions.desk_import import LARGEST
from digest.web.api.route import API
from digest.web.pages import Pages

MAX_BODY = 64 * 1024  # bytes
MAX_HOOK = 1024 * 1024  # of a provider, which posts many events at once
MAX_UPLOAD = LARGEST + 1024  # of a table of people, at the desk
MAX_TABLE = 64 * 1024 * 1024  # of people, by the API; it is read only for who may import


class BodyLimit:
    """ASGI middleware: 413 for a body that is declared, or turns out, to be over its limit."""

    def __init__(self, app: ASGIApp, *, pages: Pages) -> None:
        self._app = app
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif _declared(scope) > _most(scope):
            await self._pages.problem(413)(scope, receive, send)
        else:
            await self._app(scope, _counted(receive, _most(scope)), send)


def _most(scope: Scope) -> int:
    path: str = scope["path"]
    if path.startswith("/hooks/"):
        return MAX_HOOK
    if path.startswith("/desk/lists/") and path.endswith("/import"):
        return MAX_UPLOAD
    is_table = path.startswith(f"{API}/lists/") and path.endswith("/subscribers/import")
    return MAX_TABLE if is_table else MAX_BODY


def _counted(receive: Receive, most: int) -> Receive:
    read = 0

    async def receive_counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            raise HTTPException(413)
        return message

    return receive_counted


def _declared(scope: Scope) -> int:
    length = Request(scope).headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else 0
