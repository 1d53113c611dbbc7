"""What people do while it is sent: pause, cancel, leave, complain, be forgotten (R-18, R-19)."""

import random
import time

from digest.actions.control_campaign import cancel_campaign, pause_campaign, resume_campaign
from digest.actions.erase_subscriber import erase_subscriber
from digest.actions.suppress_address import suppress_address
from digest.actions.unsubscribe_address import unsubscribe_address
from digest.clock import utc_now
from digest.domain.states import SuppressionReason
from tests.faults.fleet import Fleet, readers
from tests.faults.relay import Manners
from tests.faults.stage import Finding, Stage
from tests.faults.verdict import judge
from tests.servers import wait_until

PAUSED = 3.0  # seconds until the last mail after a click
LEFT = 5.0  # seconds until nobody who left is mailed


def pausing(stage: Stage, full: bool) -> Finding:
    """R-18: pause and resume at random, then cancel another campaign half-way."""
    people, pauses = (8_000, 29) if full else (300, 1)
    dice = random.Random(people)
    with stage.fleet(Manners(slowness=0.05)) as fleet:
        campaign_id = fleet.campaign(readers(people))
        fleet.beat()
        for _ in range(2):
            fleet.worker()
        latest = 0.0
        for _ in range(pauses):
            fleet.wait_for(len(fleet.relay.ledger) + 30)
            time.sleep(dice.uniform(0, 0.5))
            pause_campaign(fleet.db, campaign_id, reason="a typo", now=utc_now(), actor="test")
            latest = max(latest, _last_mail_after(fleet, time.monotonic()))
            resume_campaign(fleet.db, campaign_id, now=utc_now(), actor="test")
        fleet.wait_done(campaign_id)
        second = fleet.campaign(readers(people // 2, "late"), slug="late")
        fleet.wait_for_kind("late", 30)
        cancel_campaign(fleet.db, second, reason="withdrawn", now=utc_now(), actor="test")
        latest = max(latest, _last_mail_after(fleet, time.monotonic()))
        wait_until(lambda: not _open(fleet, second), "nothing of the cancelled one is open", 60)
        assert fleet.audit(second).counts["cancelled"] > 0
        verdict = judge(fleet.db, campaign_id, fleet.relay, is_alone=False)
        verdict += judge(fleet.db, second, fleet.relay, is_alone=False)
        return Finding(pauses + 1, verdict, 0, latest, limit=PAUSED)


def _last_mail_after(fleet: Fleet, clicked_at: float) -> float:
    """Seconds from the click to the last mail; waits until it is certain that none follows."""
    time.sleep(PAUSED + 1.5)
    return max(fleet.relay.ledger[-1].at - clicked_at, 0.0)


def _open(fleet: Fleet, campaign_id) -> int:
    counts = fleet.audit(campaign_id).counts
    return sum(counts.get(state, 0) for state in ("queued", "sending", "deferred"))


def leaving(stage: Stage, full: bool) -> Finding:
    """R-19: readers unsubscribe, complain and are erased while it is sent."""
    people, leavers = (4_000, 1_000) if full else (300, 45)
    dice = random.Random(people)
    with stage.fleet(Manners(slowness=0.05)) as fleet:
        addresses = readers(people)
        campaign_id = fleet.campaign(addresses)
        fleet.beat()
        for _ in range(2):
            fleet.worker()
        fleet.wait_for(20)
        left_at: dict[str, float] = {}
        for place, address in enumerate(dice.sample(addresses, leavers)):
            WAYS[place % len(WAYS)](fleet, address)
            left_at[address] = time.monotonic()
        fleet.wait_done(campaign_id)
        late = [
            entry.at - left_at[entry.recipient]
            for entry in fleet.relay.ledger
            if entry.recipient in left_at
        ]
        reached = sum(entry.recipient in left_at for entry in fleet.relay.ledger)
        assert reached < leavers, "somebody left in time"
        verdict = judge(fleet.db, campaign_id, fleet.relay)
        return Finding(leavers, verdict, 0, max([0.0, *late]), limit=LEFT)


def _unsubscribe(fleet: Fleet, address: str) -> None:
    unsubscribe_address(fleet.db, address, list_slug="daily", now=utc_now(), actor="test")


def _complain(fleet: Fleet, address: str) -> None:
    suppress_address(
        fleet.db,
        fleet.settings,
        address,
        reason=SuppressionReason.COMPLAINT,
        now=utc_now(),
        actor="test",
    )


def _erase(fleet: Fleet, address: str) -> None:
    erase_subscriber(fleet.db, fleet.settings, address, now=utc_now(), actor="test")


WAYS = (_unsubscribe, _complain, _erase)
