"""A crash at each statement of freeze, claim, flush and finish, one after the other (R-21)."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from sqlalchemy import select

from digest.store.campaigns import Campaign
from tests.commands import ROOT
from tests.faults.crashing import PEOPLE, STEPS
from tests.faults.fleet import Fleet
from tests.faults.stage import Finding, Stage
from tests.faults.verdict import Verdict, judge


def crash_everywhere(stage: Stage, full: bool) -> Finding:
    """R-21: the short form crashes at each third. Each step has a database of its own."""
    play = partial(_crash, stage, 1 if full else 3)
    with ThreadPoolExecutor(len(STEPS)) as pool:
        found = list(pool.map(play, STEPS))
    points = sum(n for n, _ in found)
    assert points > (60 if full else 20), f"only {points} statements were found"
    return Finding(points, sum((one for _, one in found), Verdict()), PEOPLE * points, 0)


def _crash(stage: Stage, every: int, step: str) -> tuple[int, Verdict]:
    """At how many statements of the step there was a crash, and what became of everybody."""
    with stage.fleet() as fleet:
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.crashing", step, str(every)],
            env=fleet.env | {"DIGEST_LOG_LEVEL": "ERROR"},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=1800,  # it waits for nothing: this is for a machine under load
        )
        assert done.returncode == 0, done.stderr
        return int(done.stdout.split()[-1]), _verdict(fleet)


def _verdict(fleet: Fleet) -> Verdict:
    with fleet.db.read() as session:
        ids = session.scalars(select(Campaign.id)).all()
    verdict = Verdict()
    for campaign_id in ids:
        verdict += judge(fleet.db, campaign_id, fleet.relay, is_alone=False)
    return verdict
