"""What goes wrong, as a plain page without details; the log has those, without the link."""

import traceback

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digest.actions.answer_once import OtherRequest, StillRunning
from digest.actions.edit_edition import Conflict
from digest.actions.read_edition import Withdrawn
from digest.domain.errors import DigestError, Forbidden, Illegal, NotFound, Permanent, Transient
from digest.log import get_logger
from digest.store.engine import StoreUnavailable
from digest.tokens import BadToken
from digest.web.api.guards import NoToken
from digest.web.api.problems import problem
from digest.web.api.route import API
from digest.web.desk.desk import HOME, Desk, sign_in_path
from digest.web.desk.guards import FORM_HEADER, SignInFirst
from digest.web.pages import Pages, problem_of

log = get_logger(__name__)

# The first that fits; a token that is wrong and a thing that isn't there look the same.
STATUSES: tuple[tuple[type[DigestError], int], ...] = (
    (BadToken, 404),
    (NotFound, 404),
    (SignInFirst, 401),
    (NoToken, 401),
    (Forbidden, 403),
    (Withdrawn, 410),
    (OtherRequest, 422),
    (StillRunning, 409),
    (Conflict, 409),
    (Illegal, 400),
    (Transient, 503),
    (DigestError, 500),
)


def add_failure_pages(app: FastAPI, pages: Pages) -> None:
    """Have ``app`` answer refused requests and our own errors with a plain page: readers' pages
    without details, the desk's with the sentence that says what to do."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        answer = _page(request, pages, error.status_code, None)
        answer.headers.update(error.headers or {})
        return answer

    async def unreadable(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        in_path = any(one["loc"][0] == "path" for one in error.errors())
        if is_api(request):
            return _unreadable_by_api(error)
        return _page(request, pages, 404 if in_path else 400, None)

    async def failed(request: Request, error: Exception) -> Response:
        status = next(code for kind, code in STATUSES if isinstance(error, kind))
        if status == 400 and request.method in {"GET", "HEAD"} and is_for_readers(request):
            status = 500  # who only followed a link did nothing wrong
        if "\0" in request.url.path:
            status = 404  # nothing is called that
        if isinstance(error, Permanent) and not is_for_readers(request):
            status = 422  # what was asked for can't be had, and the sentence says why
        if isinstance(error, SignInFirst) and FORM_HEADER not in request.headers:
            return RedirectResponse(pages.base + sign_in_path(request), status_code=303)
        if status not in {401, 403, 404, 410}:
            log.warning("page not given", route=route_of(request.scope), why=str(error))
        return _page(request, pages, status, error)

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(RequestValidationError, unreadable)
    app.add_exception_handler(DigestError, failed)


def is_desk(request: Request) -> bool:
    """Whether the request is for a page of the staff."""
    path = request.url.path
    return path == HOME or path.startswith(f"{HOME}/")


def is_api(request: Request) -> bool:
    """Whether a program asks."""
    return request.url.path.startswith(f"{API}/")


def is_for_readers(request: Request) -> bool:
    """Whether it is one of the pages that mails lead to."""
    return not is_desk(request) and not is_api(request)


def _unreadable_by_api(error: RequestValidationError) -> Response:
    faults = [
        {"where": ".".join(str(part) for part in one["loc"]), "why": str(one["msg"])}
        for one in error.errors()
    ]
    return problem(422, "This request can't be read as it stands; `errors` says where.", faults)


def _told(error: Exception | None) -> str | None:
    """The error's own sentence, for the staff; not which database it is that can't be reached."""
    if not isinstance(error, DigestError) or isinstance(error, StoreUnavailable):
        return None
    return str(error)


def _page(request: Request, pages: Pages, status: int, error: Exception | None) -> Response:
    if is_api(request):
        return problem(status, _told(error))
    if not is_desk(request) or not hasattr(request.state, "viewer"):
        return pages.problem(status)
    heading, text = problem_of(status)
    told = _told(error) if status != 404 else None
    desk = Desk(request.app.state.site, request)
    answer = desk.page("desk/problem.html", status=status, heading=heading, text=told or text)
    if status == 503:
        answer.headers["Retry-After"] = "30"
    return answer


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
