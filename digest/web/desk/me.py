"""Somebody's own account: name, zone, password, and where they are signed in."""

from fastapi import Response

from digest.actions.accounts import change_account
from digest.actions.passwords import change_password
from digest.actions.sessions import end_other_sessions
from digest.clock import utc_now
from digest.domain.errors import Illegal
from digest.domain.notice import NoticeWish
from digest.store.accounts import sessions_of
from digest.web.client import client_address
from digest.web.desk.cookies import keep_session
from digest.web.desk.desk import AtDesk, Desk
from digest.web.posted import Posted, first, untrimmed
from digest.web.zones import zones_with

ME = "/desk/me"


def show_me(desk: AtDesk) -> Response:
    """GET /desk/me."""
    return _page(desk)


def change_me(desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/me: name, time zone, notices; nothing else that a form might hold."""
    wish = first(fields, "notices")
    change_account(
        desk.site.db,
        desk.viewer.account_id,
        name=first(fields, "name"),
        timezone=first(fields, "zone"),
        notices=NoticeWish(wish) if wish in set(NoticeWish) else desk.viewer.notices,
        now=utc_now(),
        actor=desk.actor,
    )
    return desk.redirect(ME, said="Saved.")


def change_my_password(desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/me/password: all sessions end, and this browser gets a new one."""
    try:
        secret = change_password(
            desk.site.db,
            desk.viewer,
            old=untrimmed(fields, "old"),
            new=untrimmed(fields, "new"),
            client=client_address(desk.request, desk.site.settings),
            agent=desk.request.headers.get("user-agent", ""),
            now=utc_now(),
        )
    except Illegal as error:
        return _page(desk, fault=str(error), status=422)
    answer = desk.redirect(ME, said="Your password is changed; other devices are signed out.")
    keep_session(answer, desk.site.settings, secret)
    return answer


def end_my_other_sessions(desk: AtDesk) -> Response:
    """POST /desk/me/sessions/end."""
    end_other_sessions(desk.site.db, desk.viewer, now=utc_now())
    return desk.redirect(ME, said="You are signed in here alone.")


def _page(desk: Desk, *, fault: str | None = None, status: int = 200) -> Response:
    with desk.site.db.read() as session:
        mine = sessions_of(session, desk.viewer.account_id)
    return desk.page(
        "desk/me.html",
        status=status,
        fault=fault,
        zones=zones_with(desk.viewer.timezone),
        now=utc_now(),
        sessions=mine,
    )
