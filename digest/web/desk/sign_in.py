"""Signing in and out."""

from fastapi import Response

from digest.actions.sessions import sign_out
from digest.actions.sign_in import Browser, TooManyTries, WrongPassword, sign_in
from digest.clock import utc_now
from digest.store.accounts import there_is_an_account
from digest.web.client import client_address
from digest.web.desk.cookies import (
    DEVICE,
    DEVICE_LIFE,
    FORM,
    SESSION,
    drop,
    keep,
    keep_session,
    read_cookie,
)
from digest.web.desk.desk import HOME, AtDesk, Desk, path_of_ours
from digest.web.posted import Posted, first, untrimmed


def show_sign_in(desk: AtDesk, next: str = HOME) -> Response:  # noqa: A002 - as the address has it
    """GET /desk/sign-in."""
    if desk.request.state.viewer is not None:
        return desk.redirect(path_of_ours(next))
    return _form(desk, next)


def post_sign_in(desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/sign-in: a new session, on to the page that was asked for."""
    next_path = path_of_ours(first(fields, "next"))
    try:
        done = sign_in(
            desk.site.db,
            desk.site.settings,
            address=first(fields, "address"),
            password=untrimmed(fields, "password"),
            browser=_browser(desk),
            now=utc_now(),
        )
    except (WrongPassword, TooManyTries) as error:
        return _refused(desk, next_path, first(fields, "address"), error)
    answer = desk.redirect(next_path)
    keep_session(answer, desk.site.settings, done.session)
    keep(answer, desk.site.settings, DEVICE, done.device, DEVICE_LIFE)
    drop(answer, desk.site.settings, FORM)
    return answer


def post_sign_out(desk: AtDesk) -> Response:
    """POST /desk/sign-out: ends the sessions on all devices."""
    sign_out(desk.site.db, desk.viewer, now=utc_now())
    answer = desk.redirect(f"{HOME}/sign-in", said="You are signed out, on every device.")
    drop(answer, desk.site.settings, SESSION)
    return answer


def _browser(desk: Desk) -> Browser:
    request, settings = desk.request, desk.site.settings
    return Browser(
        client=client_address(request, settings),
        agent=request.headers.get("user-agent", ""),
        device=read_cookie(request, settings, DEVICE) or None,
        session=read_cookie(request, settings, SESSION) or None,
    )


def _refused(
    desk: Desk, next_path: str, address: str, error: WrongPassword | TooManyTries
) -> Response:
    status = 429 if isinstance(error, TooManyTries) else 401
    answer = _form(desk, next_path, status=status, address=address, fault=str(error))
    if isinstance(error, TooManyTries):
        answer.headers["Retry-After"] = str(int(error.retry_after or 60))
    return answer


def _form(desk: Desk, next_path: str, *, status: int = 200, **values: str) -> Response:
    with desk.site.db.read() as session:
        is_empty = not there_is_an_account(session)
    return desk.page(
        "desk/sign_in.html",
        status=status,
        next=path_of_ours(next_path),
        is_empty=is_empty,
        **{"address": ""} | values,
    )
