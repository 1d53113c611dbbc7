"""A list's rules: who approves, how long things wait, what is public; changed by operators."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from digest.assemble.wish import MOST_RELATED
from digest.domain.errors import Illegal
from digest.domain.slug import check_slug
from digest.store import audit
from digest.store.engine import Database
from digest.store.lists import MailingList, find_list

RULES = frozenset(
    {
        "approval",
        "approved_by_other",
        "archive_is_public",
        "counting",
        "dedupe_group",
        "doubt_policy",
        "expires_after",
        "lead_time",
        "max_items",
        "max_lateness",
        "max_related",
        "min_items",
        "test_recipients",
    }
)
LONGEST = timedelta(days=7)
MOST_ITEMS = 60


def change_rules(
    db: Database, slug: str, changes: Mapping[str, Any], *, now: datetime, actor: str
) -> None:
    """Set columns of ``RULES``; ``Illegal`` for a value that can't be. What is under way keeps the
    rules that it began with, but for approval: that is asked when somebody approves."""
    unknown = changes.keys() - RULES
    if unknown:
        raise Illegal(f"A list has no rule {min(unknown)}; it has {', '.join(sorted(RULES))}.")
    with db.begin() as session:
        mailing_list = find_list(session, slug)
        changed = {
            name: value for name, value in changes.items() if getattr(mailing_list, name) != value
        }
        if not changed:
            return
        before = {name: _shown(getattr(mailing_list, name)) for name in changed}
        for name, value in changed.items():
            setattr(mailing_list, name, value)
        _check(mailing_list)
        audit.record(
            session,
            now=now,
            actor=actor,
            action="changed the rules of",
            noun="mailing_list",
            noun_id=mailing_list.id,
            before=before,
            after={name: _shown(value) for name, value in changed.items()},
        )


def _check(mailing_list: MailingList) -> None:
    if not 1 <= mailing_list.min_items <= mailing_list.max_items <= MOST_ITEMS:
        raise Illegal(f"An edition holds from 1 to {MOST_ITEMS} briefs, and the least comes first.")
    if not 0 <= mailing_list.max_related <= MOST_RELATED:
        raise Illegal(f"Below a brief stand from 0 to {MOST_RELATED} related stories.")
    for name in ("lead_time", "max_lateness", "expires_after"):
        if not timedelta(minutes=1) <= getattr(mailing_list, name) <= LONGEST:
            raise Illegal(f"{name.replace('_', ' ').capitalize()} is from a minute to a week.")
    if mailing_list.dedupe_group is not None:
        check_slug(mailing_list.dedupe_group)
    for one in mailing_list.test_recipients:
        if "@" not in one or any(sign.isspace() for sign in one):
            raise Illegal(f"{one!r} is neither an address nor a domain such as @news.example.")


def _shown(value: Any) -> Any:
    """As the history says it."""
    if isinstance(value, timedelta):
        return f"{int(value.total_seconds() // 60)} minutes"
    return list(value) if isinstance(value, tuple) else value
