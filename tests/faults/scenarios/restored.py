"""A database that is lost in the middle of a campaign, and put back from a backup (R-22)."""

import re
import time

from digest.domain.states import DeliveryState
from tests.commands import run_digest, try_digest
from tests.faults.fleet import Fleet, readers
from tests.faults.leases import pass_leases
from tests.faults.relay import Manners
from tests.faults.stage import Finding, Stage
from tests.faults.verdict import judge
from tests.servers import wait_until

SILENCE = 2.0  # seconds in which a working service would have sent; in the full form ten times that


def fleet_restored(stage: Stage, full: bool) -> Finding:
    """On PostgreSQL, with workers."""
    with stage.fleet(_slow(full=full)) as fleet:
        return _play(fleet, full=full)


def machine_restored(stage: Stage, full: bool) -> Finding:
    """On SQLite, with `digest up`."""
    with stage.machine(_slow(full=full)) as machine:
        return _play(machine, full=full)


def _slow(*, full: bool) -> Manners:
    """A relay that has not taken all while a backup is made on a busy machine."""
    return Manners(slowness=0.05 if full else 0.2, keep_content=True)


def _play(fleet: Fleet, *, full: bool) -> Finding:
    """Nothing goes out before `confirm-restore`. Then the campaign ends as any other; whoever was
    mailed between the backup and the loss is named as a possible copy, and may get one."""
    people = 8_000 if full else 1_200
    campaign_id = fleet.campaign(readers(people))
    members = fleet.run()
    fleet.wait_for(50)
    backup = fleet.folder / "middle.backup"
    run_digest(fleet.env, "backup", str(backup))
    fleet.wait_for(len(fleet.relay.ledger) + (people // 4 if full else 50))
    for member in members:
        member.kill()
    fleet.lose_database()
    run_digest(fleet.env, "restore", str(backup))
    if not full:
        pass_leases(fleet.db)  # of what was being sent at the moment of the backup
    sent = len(fleet.relay.ledger)
    since = sent - fleet.audit(campaign_id).counts[DeliveryState.SENT]
    fleet.run()
    _require_silence(fleet, sent, seconds=10 * SILENCE if full else SILENCE)
    run_digest(fleet.env, "campaign", "confirm-restore", "--yes")
    fleet.relay.manners.slowness = 0
    fleet.wait_done(campaign_id)
    report = fleet.audit(campaign_id)
    verdict = judge(fleet.db, campaign_id, fleet.relay, knows_first_tries=False)
    assert report.balanced, report.problems
    assert report.counts == {DeliveryState.SENT: people}, "each is doubted once, and sent"
    assert report.possible_copies == verdict.doubted >= since
    _require_alike(fleet)
    return Finding(1, verdict, since, 0, note=f"{since} mailed since the backup")


def _require_silence(fleet: Fleet, sent: int, seconds: float) -> None:
    wait_until(lambda: "confirm-restore" in fleet.log.read_text(), "it refuses to send", 60)
    time.sleep(seconds)
    assert len(fleet.relay.ledger) == sent, "nothing goes out unconfirmed"
    said = try_digest(fleet.env, "campaign", "status", "latest").stderr
    assert "confirm-restore" in said, "the status says what to do"


def _require_alike(fleet: Fleet) -> None:
    """A copy is the same mail with the same Message-ID; when the first went out is not known."""
    seen: dict[str, set[bytes]] = {}
    for entry in fleet.relay.ledger:
        assert entry.content is not None
        undated = re.sub(rb"(?m)^Date: .*$", b"", entry.content, count=1)
        seen.setdefault(entry.message_id, set()).add(undated)
    assert all(len(contents) == 1 for contents in seen.values())
