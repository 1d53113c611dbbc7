"""A database that is put back to a snapshot taken in the middle of a campaign (R-22)."""

import subprocess
import time
from pathlib import Path

from digest.store.engine import Database
from tests.commands import run_digest, try_digest
from tests.faults.fleet import Fleet, readers
from tests.faults.relay import Manners
from tests.faults.stage import Finding, Stage
from tests.faults.verdict import Verdict
from tests.servers import wait_until


def restored(stage: Stage, full: bool) -> Finding:
    """Nothing goes out of it before `confirm-restore`; afterwards it ends as any other."""
    people = 2_000 if full else 300
    with stage.fleet(Manners(slowness=0.05)) as fleet:
        campaign_id = fleet.campaign(readers(people))
        members = [fleet.beat(), fleet.worker()]
        fleet.wait_for(people // 4)
        snapshot = _dump(stage, fleet)
        fleet.wait_for(people // 2)
        for member in members:
            member.kill()
        sent = len(fleet.relay.ledger)
        _restore(stage, fleet, snapshot)
        fleet.beat()
        fleet.worker()
        wait_until(lambda: "confirm-restore" in fleet.log.read_text(), "it refuses", 60)
        time.sleep(20 if full else 2)
        verdict = Verdict(copies=len(fleet.relay.ledger) - sent)
        said = try_digest(fleet.env, "campaign", "status", "latest").stderr
        assert "confirm-restore" in said, "the status says so"
        run_digest(fleet.env, "campaign", "confirm-restore", "--yes")
        fleet.wait_done(campaign_id)
        report = fleet.audit(campaign_id)
        assert report.balanced, report.problems
        verdict.lost = people - len(fleet.relay.copies)
        verdict.most = max(fleet.relay.copies.values())
        return Finding(1, verdict, 0, 0)


def _dump(stage: Stage, fleet: Fleet) -> Path:
    file = fleet.folder / "snapshot"
    url = stage.postgres.url(str(fleet.db.engine.url.database))
    subprocess.run([stage.postgres.bin / "pg_dump", "-Fc", "-f", file, url], check=True)
    return file


def _restore(stage: Stage, fleet: Fleet, snapshot: Path) -> None:
    """Into the database of the same name, which is made anew."""
    name = str(fleet.db.engine.url.database)
    fleet.db.close()
    import psycopg

    with psycopg.connect(stage.postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
    url = stage.postgres.create_database(name)
    subprocess.run([stage.postgres.bin / "pg_restore", "-d", url, snapshot], check=True)
    fleet.db = Database(fleet.settings.database)
