"""`digest up` is killed with -9 at any moment: nobody is skipped, copies are bounded and named."""

import json
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest

from digest.actions.audit_campaign import audit_campaign, campaign_status
from digest.clock import utc_now
from digest.deliver.held import HELD as WINDOW
from digest.demo.inbox import Inbox
from digest.domain.address import parse_address
from digest.domain.states import CampaignState
from digest.settings import load_settings
from digest.store import schema
from digest.store.engine import Database
from tests.builders import a_sending_campaign
from tests.commands import DIGEST, environment, run_digest
from tests.faults.leases import pass_leases
from tests.servers import answers, free_port, wait_until

PEOPLE = 1_000
KILLS = 2  # so that what is held may be held a second time; many kills: R-01


def start_up(env: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    port = free_port()
    with log.open("ab") as file:
        process = subprocess.Popen(
            [*DIGEST, "up", "--port", str(port)], env=env, stdout=file, stderr=file
        )
    wait_until(lambda: answers(port), "digest up listens")
    return process


@pytest.mark.parametrize("seed", [1])
def test_killing_up_skips_nobody_and_repeats_at_most_a_window_each_time(tmp_path, seed):
    dice = random.Random(seed)
    home = tmp_path / "home"
    settings = load_settings(home=home)
    db = Database(settings.database)
    schema.upgrade(db)
    addresses = [f"reader{n}@mail.example" for n in range(PEOPLE)]
    # The builder dates its campaign in the past; it is to be running now.
    campaign_id = a_sending_campaign(db, settings, addresses, expires=False)
    db.close()
    with Inbox(tmp_path / "mails") as inbox:
        env = environment(home=home, smtp_url=inbox.smtp_url, log_level="WARNING")
        for _ in range(KILLS):
            process = start_up(env, tmp_path / "log")
            before = len(inbox.envelopes)
            wait_until(lambda: len(inbox.envelopes) > before, "sending goes on", 60)  # noqa: B023
            time.sleep(dice.uniform(0.0, 0.6))
            process.send_signal(signal.SIGKILL)
            process.wait()
        process = start_up(env, tmp_path / "log")
        db = Database(settings.database)
        wait_until(lambda: not waiting(db, campaign_id), "all others are served", 120, 0.2)
        pass_leases(db)
        wait_until(lambda: is_done(db, campaign_id), "the campaign is done", 120, 0.2)
        db.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) in (0, -signal.SIGTERM)
        judge(env, inbox, addresses, str(campaign_id))


def waiting(db: Database, campaign_id: UUID) -> int:
    """How many nobody holds yet."""
    counts = audit_campaign(db, campaign_id, utc_now()).counts
    return counts.get("queued", 0) + counts.get("deferred", 0)


def is_done(db: Database, campaign_id: UUID) -> bool:
    return campaign_status(db, campaign_id, utc_now()).state is CampaignState.DONE


def judge(env, inbox, addresses, campaign_id):
    audit = json.loads(run_digest(env, "campaign", "audit", campaign_id, "--json"))
    assert audit["balanced"]
    got = Counter(str(parse_address(envelope.rcpt_to[0])) for envelope in inbox.envelopes)
    lines = run_digest(env, "campaign", "deliveries", campaign_id, "--json").splitlines()
    doubtful = {row["address"] for row in map(json.loads, lines) if row["doubts"]}
    uncertain = audit["counts"].get("uncertain", 0)
    assert audit["counts"].get("sent", 0) + uncertain == len(addresses), audit
    assert set(addresses) - set(got) <= doubtful, "lost"
    copies = {address: n for address, n in got.items() if n > 1}
    assert max(got.values()) <= 2, "nobody gets three"
    assert sum(n - 1 for n in copies.values()) <= WINDOW * KILLS
    assert set(copies) <= doubtful, "a copy that the report does not name"
    assert audit["possible_copies"] == len(doubtful)
    by_person: dict[str, set[str]] = {}
    for envelope in inbox.envelopes:
        by_person.setdefault(envelope.rcpt_to[0], set()).add(envelope.sha256)
    assert all(len(sums) == 1 for sums in by_person.values()), "copies differ in their bytes"
