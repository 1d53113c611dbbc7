"""A worker that is up, answers, and hears nothing any more (point 8 of the design)."""

import subprocess
import sys

from tests.commands import ROOT
from tests.faults.fleet import Fleet, Member, readers
from tests.faults.stage import Finding, Stage, Stopwatch
from tests.faults.verdict import judge
from tests.servers import wait_until

STOP_HEARING = """
from workers.app import app
for queue in ("default", "delivery", "collection", "echo.{name}"):
    app.control.cancel_consumer(queue, destination=["{name}"])
"""


def deaf_worker(stage: Stage, full: bool) -> Finding:
    """It ends by itself within a minute, so that a supervisor, here the test, starts another."""
    people = 200
    with stage.fleet() as fleet:
        fleet.beat()
        worker = fleet.worker(pool=2)
        wait_until(lambda: " ready." in fleet.log.read_text(), "the worker is up", 90, 0.2)
        deafen(fleet)
        watch = Stopwatch()
        campaign_id = fleet.campaign(readers(people))
        status = _ended(worker)
        assert status == 1, f"it ended with {status}"
        fleet.worker()
        fleet.wait_for(1)
        seconds = watch.seconds
        fleet.wait_done(campaign_id)
        return Finding(1, judge(fleet.db, campaign_id, fleet.relay), 0, seconds)


def deafen(fleet: Fleet) -> None:
    command = [sys.executable, "-c", STOP_HEARING.format(name="w1@fleet")]
    subprocess.run(command, env=fleet.env, cwd=ROOT, check=True)


def _ended(worker: Member) -> int:
    return worker.process.wait(120)
