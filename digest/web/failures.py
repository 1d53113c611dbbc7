"""What goes wrong, as a plain page without details; the log has those, without the link."""

import traceback

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digest.actions.read_edition import Withdrawn
from digest.domain.errors import DigestError, Illegal, NotFound, Transient
from digest.log import get_logger
from digest.tokens import BadToken
from digest.web.pages import Pages

log = get_logger(__name__)

# The first that fits; a token that is wrong and a thing that isn't there look the same.
STATUSES: tuple[tuple[type[DigestError], int], ...] = (
    (BadToken, 404),
    (NotFound, 404),
    (Withdrawn, 410),
    (Illegal, 400),
    (Transient, 503),
    (DigestError, 500),
)


def add_failure_pages(app: FastAPI, pages: Pages) -> None:
    """Have ``app`` answer refused requests and our own errors with a plain page."""

    async def refused(request: Request, error: Exception) -> Response:  # noqa: ARG001
        assert isinstance(error, HTTPException)
        answer = pages.problem(error.status_code)
        answer.headers.update(error.headers or {})
        return answer

    async def failed(request: Request, error: Exception) -> Response:
        status = next(code for kind, code in STATUSES if isinstance(error, kind))
        if status == 400 and request.method in {"GET", "HEAD"}:
            status = 500  # who only followed a link did nothing wrong
        if status not in {404, 410}:
            log.warning("page not given", route=route_of(request.scope), why=str(error))
        return pages.problem(status)

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(DigestError, failed)


class LastResort:
    """ASGI middleware: a 500 page for what nobody foresaw, logged with its traceback.

    The server would log it, too, but with the address, in which a token stands.
    """

    def __init__(self, app: ASGIApp, *, pages: Pages) -> None:
        self._app = app
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = False

        async def send_noting(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except ClientDisconnect:
            log.debug("reader went away", route=route_of(scope))
        except Exception as error:  # noqa: BLE001 - the outermost edge: logged, and a plain page
            _log_failure(scope, error)
            if not began and scope["type"] == "http":
                await self._pages.problem(500)(scope, receive, send)


def route_of(scope: Scope) -> str:
    """The route's pattern: what the log may say of an address."""
    return str(getattr(scope.get("route"), "path", "unknown"))


def _log_failure(scope: Scope, error: Exception) -> None:
    # Formatted here: a renderer that shows local variables would show tokens.
    said = "".join(traceback.format_exception(error))
    log.error("page failed", route=route_of(scope), traceback=said)
