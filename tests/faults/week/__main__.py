"""``make week``: a week of simulated time on real processes, with a fault each day.

    python -m tests.faults.week                   20,000 people, some minutes
    python -m tests.faults.week --people 2000     fewer
    python -m tests.faults.week --json week.json  the report for programs, too

Exit status 1 when a promise was broken.
"""

import argparse
import sys
import tempfile
import traceback
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from shutil import copy

from rich.console import Console
from sqlalchemy import func, select

from digest.store.alarms import Alarm, AlarmNotice
from tests.faults.fleet import Fleet
from tests.faults.stage import Stage, Stopwatch
from tests.faults.stepped import SteppedClock
from tests.faults.week.fault import Struck
from tests.faults.week.month import KEPT
from tests.faults.week.newsroom import Newsroom
from tests.faults.week.relay import WeekRelay
from tests.faults.week.report import Day, Report
from tests.faults.week.script import Act, script
from tests.faults.week.service import Service
from tests.faults.week.size import measure
from tests.faults.week.timetable import BEGAN, DAYS, ENDS, NAMES
from tests.faults.week.verdict import judge_week
from tests.servers import free_port

STAFF = "staff+operators@news.example"


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="digest-week-") as folder, ExitStack() as stack:
        service = _open(stack, Path(folder), options.people)
        try:
            report = _live(service, options.people)
        except Exception:  # noqa: BLE001 - the log says why, and its folder goes
            traceback.print_exc()
            return 1
        finally:
            if options.log:
                copy(service.fleet.log, options.log)
    report.show(Console(width=170))
    if options.json:
        report.save(options.json)
    return 1 if report.problems else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.faults.week", description="Live a week.")
    parser.add_argument("--people", type=int, default=20_000, help="On three lists.")
    parser.add_argument("--json", type=Path, help="Where the report goes, too.")
    parser.add_argument("--log", type=Path, help="Where the processes' log goes.")
    return parser.parse_args()


def _open(stack: ExitStack, folder: Path, people: int) -> Service:
    """Servers, sites and processes, all of them up."""
    stage = stack.enter_context(Stage(folder))
    home = folder / "fleet"
    home.mkdir()
    clock = SteppedClock(home / "clock", BEGAN)
    newsroom = stack.enter_context(Newsroom(clock))
    relay = WeekRelay(clock)
    fleet = Fleet(
        home,
        stage.postgres,
        stage.valkey,
        relay,
        base_url=f"http://127.0.0.1:{free_port()}",
        fetch_allow="127.0.0.0/8",
        fetch_delay=0,
        alarm_mail=STAFF,
        **KEPT,
    )
    service = Service(stack.enter_context(fleet), clock, newsroom, relay)
    service.settle_in(people)
    return service


def _live(service: Service, people: int) -> Report:
    """The week itself, then its report."""
    watch, acts = Stopwatch(), script()
    days, struck = [Day(name) for name in NAMES], []
    for number, day in enumerate(days):
        began, before = watch.seconds, len(service.relay.ledger)
        until = BEGAN + timedelta(days=number + 1) if number < DAYS - 1 else ENDS
        while service.clock.now() < until:
            service.settle()
            upcoming = acts[0].at if acts else ENDS
            service.step_to(min(service.next_moment(), upcoming, until))
            while acts and acts[0].at <= service.clock.now():
                struck += _do(acts.pop(0), service)
        service.rest()
        day.mails = len(service.relay.ledger) - before
        day.size, day.seconds = measure(service), watch.seconds - began
    outcomes = judge_week(service, [one.fault for one in struck])
    alarms, untold = _alarms(service)
    return Report(people, outcomes, struck, alarms, days, service.steps, watch.seconds, untold)


def _do(act: Act, service: Service) -> list[Struck]:
    """Do it; where it is a fault, gives what it met."""
    print(f"{act.at:%a %H:%M} {act.what}", file=sys.stderr, flush=True)
    met = act.do(service)
    return [Struck(act.fault, str(met or ""))] if act.fault else []


def _alarms(service: Service) -> tuple[list[Alarm], int]:
    """All of the week, and how many messages about them never got out."""
    lost = select(func.count()).select_from(AlarmNotice).where(AlarmNotice.told_at.is_(None))
    with service.fleet.db.read() as session:
        told = select(Alarm).where(Alarm.opened_at >= BEGAN).order_by(Alarm.opened_at)
        return list(session.scalars(told)), session.scalar(lost) or 0


if __name__ == "__main__":
    sys.exit(main())
