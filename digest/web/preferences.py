"""The page on which subscribers say what they want of a list, and take a break from it."""

from collections.abc import Callable
from uuid import UUID

from fastapi import Response

from digest.actions.change_preferences import (
    change_preferences,
    keep_coming,
    pause_subscription,
    resume_subscription,
)
from digest.actions.personal_link import ask_personal_link
from digest.actions.show_subscription import Place, show_subscription
from digest.clock import utc_now, zone
from digest.domain.errors import Illegal
from digest.domain.states import SubscriptionState
from digest.web.posted import Fields, Posted, first
from digest.web.readers import place_values
from digest.web.site import Here, Site
from digest.web.zones import zones_with

BREAKS = {7: "a week", 14: "two weeks", 30: "a month", 90: "three months"}  # days: in words
OFTEN = {"each": "each edition", "weekly": "once a week, the best of it", "monthly": "once a month"}
NO_TOPIC = "Choose at least one topic. If none is for you, you can leave the list below."


def show_preferences(token: str, site: Here) -> Response:
    """GET /p/{token}: the choices as they stand."""
    return _page(site, token)


def change(token: str, fields: Posted, site: Here) -> Response:
    """POST /p/{token}: saved choices, or the beginning or end of a break."""
    subscriber_id, list_id = site.tokens.read_subscription(token)
    act = ACTS.get(first(fields, "action"))
    if act is None:
        raise Illegal("This page has no such button.")
    fault = act(site, subscriber_id, list_id, fields)
    return _page(site, token, fault=fault, said=None if fault else SAID[first(fields, "action")])


def _save(site: Site, subscriber_id: UUID, list_id: UUID, fields: Fields) -> str | None:
    """Change the choices; gives what the reader has to mend, if anything."""
    place = show_subscription(site.db, subscriber_id, list_id, now=utc_now())
    topics = fields.get("topic", [])
    if place.sections and not topics:
        return NO_TOPIC
    change_preferences(
        site.db,
        subscriber_id,
        list_id,
        topics=topics,
        local_hour=_number(first(fields, "hour")),
        timezone=first(fields, "zone") or None,
        text_only=first(fields, "text_only") == "yes",
        stream=first(fields, "stream") or None,
        now=utc_now(),
    )
    return None


def _pause(site: Site, subscriber_id: UUID, list_id: UUID, fields: Fields) -> None:
    days = _number(first(fields, "days")) or 0
    pause_subscription(site.db, subscriber_id, list_id, days=days, now=utc_now())


def _resume(site: Site, subscriber_id: UUID, list_id: UUID, fields: Fields) -> None:  # noqa: ARG001 - as the other acts
    resume_subscription(site.db, subscriber_id, list_id, now=utc_now())


def _mail_link(site: Site, subscriber_id: UUID, list_id: UUID, fields: Fields) -> None:  # noqa: ARG001 - as the other acts
    ask_personal_link(site.db, subscriber_id, list_id, now=utc_now())


def _stay(site: Site, subscriber_id: UUID, list_id: UUID, fields: Fields) -> None:  # noqa: ARG001 - as the other acts
    keep_coming(site.db, subscriber_id, list_id, now=utc_now())


ACTS: dict[str, Callable[[Site, UUID, UUID, Fields], str | None]] = {
    "save": _save,
    "pause": _pause,
    "resume": _resume,
    "link": _mail_link,
    "stay": _stay,
}


SAID = {
    "save": "Saved. It holds from your next digest on.",
    "pause": "Your break has begun.",
    "resume": "Your break is over: the next digest is yours again.",
    "stay": "Good: it keeps coming.",
    "link": "The mail is on its way. Its link works for a day.",
}


def _page(site: Site, token: str, *, fault: str | None = None, said: str | None = None) -> Response:
    place = show_subscription(site.db, *site.tokens.read_subscription(token), now=utc_now())
    if place.state is SubscriptionState.UNSUBSCRIBED:
        return site.pages.page("left.html", said=said, **place_values(place, token))
    return site.pages.page(
        "preferences.html",
        status=422 if fault else 200,
        fault=fault,
        said=said,
        chosen=() if fault else (place.choices.topics or place.sections),
        zones=zones_with(place.choices.timezone),
        breaks=BREAKS,
        often=OFTEN,
        local_time=_local_time(place),
        **place_values(place, token),
    )


def _local_time(place: Place) -> str:
    return f"{utc_now().astimezone(zone(place.zone)):%H:%M}"


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise Illegal(f"{text!r} is not a number that this page offers.")
    return int(text)
