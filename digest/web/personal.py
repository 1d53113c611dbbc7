"""Pages behind links that were mailed to one person alone: all that is kept about them, a new
address, and being erased."""

import json
from uuid import UUID

from fastapi import Response
from pydantic_core import to_jsonable_python

from digest.actions.change_address import ask_move, confirm_move, show_move
from digest.actions.erase_subscriber import erase_by_link
from digest.actions.show_everything import show_everything
from digest.actions.show_subscription import Place, show_subscription
from digest.clock import utc_now
from digest.domain.errors import Illegal
from digest.domain.states import GreetingKind
from digest.web.accent import accent_path
from digest.web.posted import Fields, Posted, first
from digest.web.readers import place_values
from digest.web.site import Here, Site

SHOWN = 50  # deliveries on the page; the file has all


def show_mine(token: str, site: Here) -> Response:
    """GET /d/{token}: all that is kept about whoever got the mail with this link."""
    return _mine(site, token)


def download_mine(token: str, site: Here) -> Response:
    """GET /d/{token}/everything.json: the same as a file."""
    found = show_everything(site.db, site.tokens.read_greeting(token, GreetingKind.LINK, utc_now()))
    document = json.dumps(to_jsonable_python(found), ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": 'attachment; filename="everything.json"'}
    return Response(document + "\n", media_type="application/json", headers=headers)


def change_mine(token: str, fields: Posted, site: Here) -> Response:
    """POST /d/{token}: asks the new mailbox, or erases the person."""
    greeting_id = site.tokens.read_greeting(token, GreetingKind.LINK, utc_now())
    action = first(fields, "action")
    if action == "erase":
        if first(fields, "sure") != "yes":
            return _mine(site, token, unsure=True)
        place = _frame(site, token)
        erase_by_link(site.db, site.settings, greeting_id, now=utc_now())
        return site.pages.page("erased.html", place=place, accent=accent_path(place.accent_color))
    if action != "move":
        raise Illegal("This page has no such button.")
    try:
        ask_move(site.db, site.settings, greeting_id, first(fields, "email"), now=utc_now())
    except Illegal as error:
        return _mine(site, token, fault=str(error), fields=fields)
    return _mine(site, token, asked=True)


def show_new_address(token: str, site: Here) -> Response:
    """GET /m/{token}: what moves where, and a button. It changes nothing."""
    move = show_move(site.db, _move_id(site, token), now=utc_now())
    place = show_subscription(site.db, move.subscriber_id, move.list_id, now=utc_now())
    accent = accent_path(place.accent_color)
    return site.pages.page("move.html", move=move, place=place, accent=accent, done=False)


def confirm_new_address(token: str, site: Here) -> Response:
    """POST /m/{token}: whoever got the mail there wants the rest there, too."""
    move = confirm_move(site.db, site.settings, _move_id(site, token), now=utc_now())
    place = show_subscription(site.db, move.subscriber_id, move.list_id, now=utc_now())
    accent = accent_path(place.accent_color)
    return site.pages.page("move.html", move=move, place=place, accent=accent, done=True)


def _move_id(site: Site, token: str) -> UUID:
    return site.tokens.read_greeting(token, GreetingKind.MOVE, utc_now())


def _frame(site: Site, token: str) -> Place:
    found = show_everything(site.db, site.tokens.read_greeting(token, GreetingKind.LINK, utc_now()))
    return show_subscription(site.db, found.subscriber_id, found.list_id, now=utc_now())


def _mine(
    site: Site,
    token: str,
    *,
    fault: str | None = None,
    asked: bool = False,
    unsure: bool = False,
    fields: Fields | None = None,
) -> Response:
    greeting_id = site.tokens.read_greeting(token, GreetingKind.LINK, utc_now())
    found = show_everything(site.db, greeting_id)
    place = show_subscription(site.db, found.subscriber_id, found.list_id, now=utc_now())
    own = site.tokens.subscription(found.subscriber_id, found.list_id)
    return site.pages.page(
        "personal.html",
        status=422 if fault or unsure else 200,
        found=found,
        shown=SHOWN,
        fault=fault,
        asked=asked,
        unsure=unsure,
        email=first(fields or {}, "email")[:254],
        link=token,
        **place_values(place, own),
    )
