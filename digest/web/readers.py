"""Pages for subscribers: leaving a list and coming back to it. The link in a mail is the key."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import Response
from fastapi.responses import PlainTextResponse
from starlette.concurrency import run_in_threadpool

from digest.actions.resubscribe import resubscribe
from digest.actions.show_subscription import Place, show_subscription
from digest.actions.unsubscribe import unsubscribe, unsubscribe_all
from digest.audience.membership import Left
from digest.clock import utc_now
from digest.domain.errors import Illegal
from digest.domain.states import SubscriptionState, SuppressionReason
from digest.web.accent import accent_path
from digest.web.posted import Fields, Posted, first
from digest.web.site import Here, Site

ONE_CLICK = ("list-unsubscribe", "one-click")  # RFC 8058, section 3.1; here in lower case


def show_leave(token: str, site: Here) -> Response:
    """GET /u/{token}: a page with a button. Link scanners come here, too: it changes nothing."""
    return _page(site, token)


async def leave(token: str, fields: Posted, site: Here) -> Response:
    """POST /u/{token}: what a mailbox's own unsubscribe button sends (RFC 8058), or a button of
    our page. One-click gets a short text at once: no redirect, no cookie, no second question."""
    place = site.tokens.read_subscription(token)
    if _is_one_click(fields):
        await site.one_clicks.leave(place)
        return PlainTextResponse("You are unsubscribed.\n")
    return await run_in_threadpool(_press, site, token, *place, first(fields, "action"))


def _press(site: Site, token: str, subscriber_id: UUID, list_id: UUID, action: str) -> Response:
    act = ACTS.get(action)
    if act is None:
        raise Illegal("This page has no such button.")
    act(site, subscriber_id, list_id)
    return _page(site, token)


def _leave(site: Site, subscriber_id: UUID, list_id: UUID) -> None:
    unsubscribe(site.db, subscriber_id, list_id, how=Left.PAGE, now=utc_now())


def _leave_all(site: Site, subscriber_id: UUID, list_id: UUID) -> None:
    unsubscribe_all(site.db, subscriber_id, list_id, how=Left.PAGE_ALL, now=utc_now())


def _return(site: Site, subscriber_id: UUID, list_id: UUID) -> None:
    resubscribe(site.db, subscriber_id, list_id, now=utc_now())


ACTS: dict[str, Callable[[Site, UUID, UUID], None]] = {
    "leave": _leave,
    "leave-all": _leave_all,
    "return": _return,
}


def _page(site: Site, token: str) -> Response:
    place = show_subscription(site.db, *site.tokens.read_subscription(token), now=utc_now())
    has_left = place.state is SubscriptionState.UNSUBSCRIBED
    template = "left.html" if has_left else "leave.html"
    return site.pages.page(template, said=None, **place_values(place, token))


def place_values(place: Place, token: str) -> dict[str, Any]:
    """What the pages of a person's place on a list share."""
    return {
        "place": place,
        "token": token,
        "accent": accent_path(place.accent_color),
        "left_all": place.suppressed is SuppressionReason.UNSUBSCRIBED_ALL,
        "stopped": _STOPPED.get(place.suppressed) if place.suppressed else None,
    }


# Why mail to them is stopped whatever they choose, in words for them.
_STOPPED = {
    SuppressionReason.HARD_BOUNCE: "your mailbox returned our mail",
    SuppressionReason.SOFT_BOUNCES: "your mailbox returned our mail several times",
    SuppressionReason.COMPLAINT: "a mail of ours was marked as spam",
    SuppressionReason.MANUAL: "the newsroom was asked to stop it",
}


def _is_one_click(fields: Fields) -> bool:
    name, value = ONE_CLICK
    sent = (v for key, values in fields.items() if key.strip().lower() == name for v in values)
    return any(v.strip().lower() == value for v in sent)
