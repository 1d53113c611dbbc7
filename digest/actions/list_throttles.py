"""The limits that there are, as an operator sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.domain.rate import Scope
from digest.store.engine import Database, database_time
from digest.store.relays import Relay, all_relays
from digest.store.throttles import Throttle, throttles_in_force


@dataclass(frozen=True, slots=True)
class ThrottleView:
    """One limit; ``present_rate`` is in mails a second."""

    scope: Scope
    name: str
    rate: str | None
    present_rate: float | None
    left_today: int | None  # of a warm-up's day
    why: str


def list_throttles(db: Database, now: datetime) -> list[ThrottleView]:
    """All limits in force: of relays, of campaigns, of domains."""
    with db.read() as session:
        rows, relays = throttles_in_force(session), all_relays(session)
        return throttle_views(rows, relays, database_time(session), now)


def throttle_views(
    rows: Sequence[Throttle], relays: Sequence[Relay], at: datetime, now: datetime
) -> list[ThrottleView]:
    """The same of rows that were read before; ``at`` is what the database's clock shows."""
    names = {str(relay.id): relay.name for relay in relays}
    shown = [_view(row, names.get(row.name, row.name), at, now) for row in rows]
    return sorted(shown, key=lambda one: (one.scope is Scope.DOMAIN, one.name))


def _view(row: Throttle, name: str, at: datetime, now: datetime) -> ThrottleView:
    left = row.left_today(now)
    return ThrottleView(
        scope=row.scope,
        name=name,
        rate=row.rate,
        present_rate=row.present_rate(at),
        left_today=left,
        why=_why(row, at, now, left),
    )


def _why(row: Throttle, at: datetime, now: datetime, left: int | None) -> str:
    if left is not None and row.warm_up is not None:
        allowed = row.warm_up.allowance(now)
        return f"warming up: {max(left, 0)} of {allowed} left on day {row.warm_up.day(now)}"
    if row.slowdown is not None and row.slowdown.present_rate(at) is not None:
        return f"slowed down: {row.slowdown.why}"
    return "set by hand" if row.rate else "recovered"
