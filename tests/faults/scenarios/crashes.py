"""A crash at each statement of freeze, claim, flush and finish, one after the other (R-21)."""

import subprocess
import sys

from sqlalchemy import select

from digest.store.campaigns import Campaign
from tests.commands import ROOT
from tests.faults.crashing import PEOPLE, STEPS
from tests.faults.fleet import Fleet
from tests.faults.stage import Finding, Stage
from tests.faults.verdict import Verdict, judge


def crash_everywhere(stage: Stage, full: bool) -> Finding:
    """R-21: both forms are the same."""
    with stage.fleet() as fleet:
        points = sum(_crash(fleet, step) for step in STEPS)
        assert points > 20, f"only {points} statements were found"
        return Finding(points, _verdict(fleet), PEOPLE * points, 0)


def _crash(fleet: Fleet, step: str) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.crashing", step],
        env=fleet.env | {"DIGEST_LOG_LEVEL": "ERROR"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=1800,  # it has no clock of its own: this is for a machine under load
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[-1])


def _verdict(fleet: Fleet) -> Verdict:
    with fleet.db.read() as session:
        ids = session.scalars(select(Campaign.id)).all()
    verdict = Verdict()
    for campaign_id in ids:
        verdict += judge(fleet.db, campaign_id, fleet.relay, is_alone=False)
    return verdict
