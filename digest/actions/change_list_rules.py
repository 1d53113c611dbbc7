"""Change when a list goes out and how much it carries: zone, windows, limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from digest.clock import zone
from digest.domain.errors import Illegal
from digest.domain.states import Approval
from digest.store import audit
from digest.store.engine import Database
from digest.store.lists import MailingList, find_list
from digest.store.runs import drop_planned

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a rule may be, in its unit."""

    words: str
    unit: timedelta | None  # None: a plain number
    least: int
    most: int


BOUNDS: Mapping[str, Bounds] = {
    "lead_time": Bounds("The draft is made so many minutes before", MINUTE, 0, 7 * 24 * 60),
    "max_lateness": Bounds("Minutes a run may be late", MINUTE, 1, 24 * 60),
    "expires_after": Bounds("Hours after which a campaign ends", HOUR, 1, 7 * 24),
    "first_lookback": Bounds("Hours the first run looks back", HOUR, 1, 31 * 24),
    "max_item_age": Bounds("Days a brief may be old", DAY, 1, 366),
    "min_items": Bounds("Fewest briefs", None, 1, 100),
    "max_items": Bounds("Most briefs", None, 1, 100),
    "max_related": Bounds("Related stories for each brief", None, 0, 20),
}


def rules_of(mailing_list: MailingList) -> dict[str, int]:
    """A list's rules as whole numbers in their units."""
    return {name: _as_number(getattr(mailing_list, name), one) for name, one in BOUNDS.items()}


def change_rules(
    db: Database,
    slug: str,
    *,
    timezone: str | None = None,
    approval: Approval | None = None,
    rules: Mapping[str, int] | None = None,
    now: datetime,
    actor: str,
) -> None:
    """Change what is given; ``rules`` are numbers in the units of ``BOUNDS``.

    With another zone, runs that were only planned are planned anew. ``Illegal`` names the first
    rule that is out of bounds.
    """
    given: dict[str, Any] = {name: _checked(name, n) for name, n in (rules or {}).items()}
    if timezone is not None:
        zone(timezone)
        given["timezone"] = timezone
    if approval is not None:
        given["approval"] = approval
    with db.begin() as session:
        mailing_list = find_list(session, slug)
        before = {name: getattr(mailing_list, name) for name in given}
        changed = {name: value for name, value in given.items() if value != before[name]}
        if not changed:
            return
        for name, value in changed.items():
            setattr(mailing_list, name, value)
        if mailing_list.min_items > mailing_list.max_items:
            raise Illegal("The fewest briefs can't be more than the most.")
        if "timezone" in changed:
            for cadence in mailing_list.cadences:
                cadence.since = max(cadence.since, now)
                drop_planned(session, mailing_list.id, cadence.stream)
        audit.record(
            session,
            now=now,
            actor=actor,
            action="changed",
            noun="mailing_list",
            noun_id=mailing_list.id,
            before={name: str(before[name]) for name in changed},
            after={name: str(value) for name, value in changed.items()},
        )


def _checked(name: str, n: int) -> timedelta | int:
    bounds = BOUNDS.get(name)
    if bounds is None:
        raise Illegal(f"A list has no rule {name!r}.")
    if not bounds.least <= n <= bounds.most:
        raise Illegal(f"{bounds.words}: give a number from {bounds.least} to {bounds.most}.")
    return n if bounds.unit is None else n * bounds.unit


def _as_number(value: timedelta | int, bounds: Bounds) -> int:
    return value // bounds.unit if isinstance(value, timedelta) and bounds.unit else int(value)  # type: ignore[arg-type]
