"""An upgrade in the middle of a campaign, by code and migrations of two releases to come."""

import signal
from collections.abc import Sequence
from uuid import UUID

from tests.faults.fleet import Fleet, Member, readers
from tests.faults.newer import AFTER_NEXT, NEXT
from tests.faults.relay import Manners
from tests.faults.scenarios.workers import holders
from tests.faults.stage import Finding, Stage, Stopwatch
from tests.faults.verdict import judge
from tests.servers import wait_until

TOO_OLD, TOO_NEW = 2, 1  # exit statuses
WAITED = "Older code records what it holds, and ends: worker"
SENTENCE = "wants code of revision 9998 or newer"


def side_by_side(stage: Stage, full: bool) -> Finding:
    """Workers of this release and of the next send at the same time, from before the next one's
    migration until the one after it takes away what this one needs: then those of this one end."""
    people = 8_000 if full else 1_200
    with stage.fleet(_slow(full=full)) as fleet:
        campaign_id = fleet.campaign(readers(people))
        old = fleet.run()
        fleet.wait_for(50)
        if full:
            early = fleet.worker(before=(*NEXT, "celery"))
            assert early.process.wait(60) == TOO_NEW, "the next one waits for its migration"
        fleet.command("db", "upgrade", release=NEXT)
        new = fleet.run(release=NEXT)
        wait_until(lambda: len(holders(fleet)) > 1, "both send", 60)
        if full:
            fleet.wait_for(len(fleet.relay.ledger) + people // 4)
        seconds = _take_away(fleet, old)
        if full:
            late = fleet.worker()
            assert late.process.wait(60) == TOO_OLD, "and is not started again"
        assert all(member.process.poll() is None for member in new), "those of the next go on"
        return _finish(fleet, campaign_id, seconds)


def one_machine(stage: Stage, full: bool) -> Finding:
    """In the full form `digest up` is stopped, upgraded and started, as is usual there; in both
    somebody upgrades beside one that runs, by two releases in the short one."""
    people = 8_000 if full else 1_200
    with stage.machine(_slow(full=full)) as machine:
        campaign_id = machine.campaign(readers(people))
        (old,) = machine.run()
        machine.wait_for(50)
        if full:
            assert old.stop() in (0, -signal.SIGTERM)
            machine.command("db", "upgrade", release=NEXT)
            (old,) = machine.run()  # nothing was taken away
            machine.wait_for(len(machine.relay.ledger) + people // 4)
        seconds = _take_away(machine, [old])
        machine.run(release=NEXT)
        return _finish(machine, campaign_id, seconds)


def _slow(*, full: bool) -> Manners:
    """A relay that still has work when all processes of a busy machine are up."""
    return Manners(slowness=0.05 if full else 0.2)


def _take_away(fleet: Fleet, old: Sequence[Member]) -> float:
    """Upgrade to what this release can't use; gives the seconds until all of it have ended by
    themselves. Nothing is taken away before its workers have."""
    watch = Stopwatch()
    fleet.command("db", "upgrade", release=AFTER_NEXT)
    assert WAITED in fleet.log.read_text()
    assert [member.process.wait(60) for member in old] == [TOO_OLD] * len(old)
    return watch.seconds


def _finish(fleet: Fleet, campaign_id: UUID, seconds: float) -> Finding:
    fleet.relay.manners.slowness = 0
    fleet.wait_done(campaign_id)
    assert fleet.audit(campaign_id).balanced
    assert SENTENCE in fleet.log.read_text()
    verdict = judge(fleet.db, campaign_id, fleet.relay)
    assert not verdict.doubted, "what they held was finished and recorded"
    return Finding(1, verdict, 0, seconds)
