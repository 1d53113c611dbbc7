"""What the beat does beside its ticks, every few seconds: heartbeat, samples, days, alarms."""

import os
import shutil
import socket
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest.actions.forget_old import forget_old
from digest.actions.pings import plan_pings
from digest.actions.plan_summary import plan_summary
from digest.actions.sunset import sunset
from digest.actions.watch import watch
from digest.actions.watch_departures import DepartureWatch
from digest.clock import monotonic, zone
from digest.settings import Settings
from digest.store.engine import Database
from digest.store.heartbeats import ProcessKind, Vitals, forget_heartbeat, keep_heartbeat
from digest.store.list_days import count_day, last_counted
from digest.store.lists import all_lists
from digest.store.samples import take_samples
from digest.store.schema import newest_revision

EVERY_SECONDS = 10
SAMPLES_CLOSE = timedelta(hours=1)  # after that a campaign is sampled once a minute
DAYS_EVERY = timedelta(minutes=15)

_BEGAN = monotonic()
_departures = DepartureWatch()


def keep_up(
    db: Database,
    settings: Settings,
    now: datetime,
    *,
    queues: Mapping[str, int] | None = None,
    error: str | None = None,
) -> None:
    """Everything that has to be written down now and then. ``error``: why bells can't be rung."""
    beat(db, settings, ProcessKind.BEAT, now, queues=queues, error=error)
    _departures.look(db, settings, now)
    sample(db, now)
    count_days(db, now)
    forget_old(db, settings, now)
    if now.minute % 10 == 0:  # it looks at all people of a list
        sunset(db, now)
    watch(db, settings, now)
    plan_summary(db, settings, now)
    plan_pings(db, settings, now)


def beat(
    db: Database,
    settings: Settings,
    kind: ProcessKind,
    now: datetime,
    *,
    queues: Mapping[str, int] | None = None,
    error: str | None = None,
) -> None:
    """Say that this process lives."""
    vitals = own_vitals(settings, kind, now)
    with db.begin() as session:
        keep_heartbeat(
            session,
            replace(vitals, queues=None if queues is None else dict(queues), error=error),
        )


def own_vitals(settings: Settings, kind: ProcessKind, now: datetime) -> Vitals:
    """How this process and its host are."""
    disk = shutil.disk_usage(settings.home_path)
    return Vitals(
        kind=kind,
        host=socket.gethostname(),
        pid=os.getpid(),
        age=timedelta(seconds=monotonic() - _BEGAN),
        clock=now,
        disk_free=disk.free,
        disk_total=disk.total,
        code=newest_revision(),
    )


def end_beat(db: Database, kind: ProcessKind) -> None:
    """Say that this process ends in good order."""
    with db.begin() as session:
        forget_heartbeat(session, kind, socket.gethostname(), os.getpid())


def sample(db: Database, now: datetime) -> None:
    """How far each running campaign is, on a grid of ``EVERY_SECONDS``."""
    at = now.replace(second=now.second // EVERY_SECONDS * EVERY_SECONDS, microsecond=0)
    with db.begin() as session:
        take_samples(session, at, None if at.second == 0 else now - SAMPLES_CLOSE)


def count_days(db: Database, now: datetime) -> None:
    """Each list's people, who came and who left today; of yesterday once more after midnight."""
    with db.read() as session:
        last = last_counted(session)
        due = [
            (one.id, zone(one.timezone), last.get(one.id))
            for one in all_lists(session)
            if one.id not in last or now - last[one.id] >= DAYS_EVERY
        ]
    for list_id, home, counted_at in due:
        today = now.astimezone(home).date()
        days = {today} | ({counted_at.astimezone(home).date()} if counted_at else set())
        with db.begin() as session:
            for day in sorted(days):
                began, until = _midnight(day, home), _midnight(day + timedelta(days=1), home)
                count_day(session, list_id, day, began, until, now)


def _midnight(day: date, home: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), home)
