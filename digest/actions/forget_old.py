"""Forget what is no longer needed, a little at a time, so that no sender waits for it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.actions.desk_import import KEPT
from digest.actions.forget_deliveries import forget_deliveries
from digest.audience.sign_up import REQUEST_LASTS
from digest.clock import monotonic
from digest.settings import Settings
from digest.store import old_deliveries, old_rows
from digest.store.engine import Database
from digest.store.greetings import drop_new_addresses
from digest.store.imports import drop_uploads
from digest.store.old_rows import KINDS, Kind

AT_ONCE = 200  # rows of a kind in a transaction: some are events, each of them maybe some 100 kB
BUDGET_SECONDS = 0.3  # of the beat's time, every few seconds
DELIVERIES = "deliveries"


@dataclass(frozen=True, slots=True)
class Old:
    """How many rows of a kind are older than what is kept of it."""

    kind: str
    before: datetime | None  # None: it is kept for ever
    rows: int


def forget_old(
    db: Database, settings: Settings, now: datetime, *, seconds: float = BUDGET_SECONDS
) -> Mapping[str, int]:
    """One step of each kind, then of deliveries as many as ``seconds`` allow; gives how many rows
    were forgotten. The beat does so every few seconds."""
    end = monotonic() + seconds
    gone: Counter[str] = Counter()
    with db.begin() as session:
        drop_uploads(session, now - KEPT)
        drop_new_addresses(session, now - REQUEST_LASTS)
    for kind in KINDS:
        gone[kind.name] += _forget_some(db, settings, kind, now)
    for n in _deliveries(db, settings, now):
        gone[DELIVERIES] += n
        if monotonic() >= end:
            break
    return +gone


def forget_all(db: Database, settings: Settings, now: datetime) -> Iterator[tuple[str, int]]:
    """All that is old, in the same small steps: what each step forgot, and how many."""
    for kind in KINDS:
        while n := _forget_some(db, settings, kind, now):
            yield kind.name, n
    for n in _deliveries(db, settings, now):
        yield DELIVERIES, n


def what_is_old(db: Database, settings: Settings, now: datetime) -> list[Old]:
    """What would be forgotten, by kind; changes nothing."""
    before = _before(settings, "delivery_days", now)
    with db.read() as session:
        rows = old_deliveries.count_old(session, before) if before else 0
        found = [Old(DELIVERIES, before, rows)]
        for kind in KINDS:
            since = _before(settings, kind.kept, now)
            rows = old_rows.count_old(session, kind, since) if since else 0
            found.append(Old(kind.name, since, rows))
    return found


def _forget_some(db: Database, settings: Settings, kind: Kind, now: datetime) -> int:
    """One step; nobody's lock is taken where there is nothing to do."""
    before = _before(settings, kind.kept, now)
    if before is None:
        return 0
    with db.read() as session:
        keys = old_rows.find_old(session, kind, before, AT_ONCE)
    if keys:
        with db.begin() as session:
            old_rows.forget(session, kind, keys, now)
    return len(keys)


def _deliveries(db: Database, settings: Settings, now: datetime) -> Iterator[int]:
    before = _before(settings, "delivery_days", now)
    return iter(()) if before is None else forget_deliveries(db, before, now)


def _before(settings: Settings, kept: str | timedelta, now: datetime) -> datetime | None:
    """What is older is forgotten; None: it is kept for ever."""
    if isinstance(kept, timedelta):
        return now - kept
    days: int = getattr(settings, kept)
    return now - timedelta(days=days) if days else None
