"""A list's rules."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from digest.actions.list_rules import MOST_ITEMS, RULES, change_rules
from digest.assemble.wish import MOST_RELATED
from digest.clock import utc_now
from digest.domain.counting import Counting
from digest.domain.states import Approval, DoubtPolicy
from digest.store.lists import find_list
from digest.web.api.guards import ByCaller
from digest.web.api.words import Asked, Line, Slug
from digest.web.site import Here

Minutes = Annotated[int, Field(ge=1, le=7 * 24 * 60)]
Recipients = Annotated[list[Line], Field(max_length=100)]


class RulesDocument(BaseModel):
    """Who approves, how long things wait, what is public."""

    approval: Approval
    approved_by_other: bool
    archive_is_public: bool
    counting: Counting = Field(description="Of clicks, or of clicks and opens, all together.")
    dedupe_group: str | None
    doubt_policy: DoubtPolicy
    expires_after: int = Field(description="Minutes.")
    lead_time: int = Field(description="Minutes.")
    max_lateness: int = Field(description="Minutes.")
    min_items: int
    max_items: int
    max_related: int = Field(description="Related stories (teasers) below a brief.")
    test_recipients: list[str] = Field(description="Addresses and @domains; empty: any.")


class NewRules(Asked):
    """Rules to change; what is left out stays."""

    approval: Approval | None = None
    approved_by_other: bool | None = None
    archive_is_public: bool | None = None
    counting: Counting | None = None
    dedupe_group: Slug | Literal[""] | None = Field(None, description="Empty: none.")
    doubt_policy: DoubtPolicy | None = None
    expires_after: Minutes | None = None
    lead_time: Minutes | None = None
    max_lateness: Minutes | None = None
    min_items: Annotated[int, Field(ge=1, le=MOST_ITEMS)] | None = None
    max_items: Annotated[int, Field(ge=1, le=MOST_ITEMS)] | None = None
    max_related: Annotated[int, Field(ge=0, le=MOST_RELATED)] | None = None
    test_recipients: Recipients | None = None


def show_rules(site: Here, list_slug: str) -> RulesDocument:
    """A list's rules."""
    with site.db.read() as session:
        row = find_list(session, list_slug)
        given = {name: _plain(getattr(row, name)) for name in RULES}
    return RulesDocument.model_validate(given)


def set_rules(site: Here, caller: ByCaller, list_slug: str, ask: NewRules) -> RulesDocument:
    """Change some of a list's rules."""
    given: dict[str, Any] = ask.model_dump(exclude_none=True)
    for name in ("expires_after", "lead_time", "max_lateness"):
        if name in given:
            given[name] = timedelta(minutes=given[name])
    if "dedupe_group" in given:
        given["dedupe_group"] = given["dedupe_group"] or None
    if "test_recipients" in given:
        given["test_recipients"] = tuple(one.lower() for one in given["test_recipients"])
    change_rules(site.db, list_slug, given, now=utc_now(), actor=caller.actor)
    return show_rules(site, list_slug)


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return int(value.total_seconds() // 60)
    return list(value) if isinstance(value, tuple) else value
