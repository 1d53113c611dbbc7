"""Somebody's own account."""

from fastapi import Response

from digest.actions.accounts import rename_account
from digest.clock import utc_now
from digest.web.desk.desk import AtDesk
from digest.web.posted import Posted, first
from digest.web.zones import zones_with


def show_me(desk: AtDesk) -> Response:
    """GET /desk/me."""
    return desk.page("desk/me.html", zones=zones_with(desk.viewer.timezone), now=utc_now())


def change_me(desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/me: name and time zone; nothing else that a form might hold."""
    rename_account(
        desk.site.db,
        desk.viewer.account_id,
        name=first(fields, "name"),
        timezone=first(fields, "zone"),
        now=utc_now(),
        actor=desk.actor,
    )
    return desk.redirect("/desk/me", said="Saved.")
