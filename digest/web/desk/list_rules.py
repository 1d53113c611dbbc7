"""A list's rules, for operators; when it goes out has a page of its own."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from fastapi import Response

from digest.actions.change_look import change_look
from digest.actions.list_rules import change_rules
from digest.clock import utc_now
from digest.domain.counting import Counting
from digest.domain.errors import Illegal
from digest.domain.states import Approval, DoubtPolicy
from digest.store.lists import find_list
from digest.web.desk.desk import AtDesk, Desk
from digest.web.posted import Fields, Posted, first

TICKS = ("approved_by_other", "archive_is_public")
LOOK_TICKS = ("faults_block", "is_indexed")
MINUTES = ("lead_time", "max_lateness", "expires_after")
NUMBERS = ("min_items", "max_items", "max_related")


def show_rules(list_slug: str, desk: AtDesk) -> Response:
    """GET /desk/lists/{list_slug}/rules."""
    return _page(desk, list_slug)


def save_rules(list_slug: str, desk: AtDesk, fields: Posted) -> Response:
    """POST /desk/lists/{list_slug}/rules: all of them at once."""
    try:
        now, actor = utc_now(), desk.actor
        change_rules(desk.site.db, list_slug, _read(fields), now=now, actor=actor)
        look = {name: first(fields, name) == "yes" for name in LOOK_TICKS}
        change_look(desk.site.db, list_slug, look, now=now, actor=actor)
    except Illegal as error:
        return _page(desk, list_slug, fault=str(error), status=422)
    return desk.redirect(f"/desk/lists/{list_slug}/rules", said="Saved.")


def _read(fields: Fields) -> Mapping[str, Any]:
    """The rules that the form holds, and nothing else that was posted."""
    approval, policy = first(fields, "approval"), first(fields, "doubt_policy")
    counting = first(fields, "counting")
    if (
        approval not in set(Approval)
        or policy not in set(DoubtPolicy)
        or counting not in set(Counting)
    ):
        raise Illegal("This page does not offer that.")
    return {
        "approval": Approval(approval),
        "doubt_policy": DoubtPolicy(policy),
        "counting": Counting(counting),
        "dedupe_group": first(fields, "dedupe_group") or None,
        "test_recipients": tuple(
            first(fields, "test_recipients").lower().replace(",", " ").split()
        ),
        **{name: first(fields, name) == "yes" for name in TICKS},
        **{name: timedelta(minutes=_number(fields, name)) for name in MINUTES},
        **{name: _number(fields, name) for name in NUMBERS},
    }


def _number(fields: Fields, name: str) -> int:
    text = first(fields, name)
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise Illegal(f"{name.replace('_', ' ').capitalize()} needs a whole number.")
    return int(text)


def _page(desk: Desk, slug: str, *, fault: str | None = None, status: int = 200) -> Response:
    with desk.site.db.read() as session:
        rules = find_list(session, slug)
    minutes = {name: int(getattr(rules, name).total_seconds() // 60) for name in MINUTES}
    return desk.page(
        "desk/list_rules.html",
        status=status,
        fault=fault,
        rules=rules,
        minutes=minutes,
        policies=tuple(DoubtPolicy),
    )
