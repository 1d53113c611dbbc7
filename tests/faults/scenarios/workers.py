"""Workers that are killed, told to stop, or frozen (R-01 to R-03)."""

import os
import random
import re
import signal
import time
from collections import deque
from uuid import UUID

from sqlalchemy import func, select

from digest.domain.states import DeliveryState
from digest.store.deliveries import Delivery
from tests.faults.fleet import Fleet, readers
from tests.faults.leases import pass_leases
from tests.faults.relay import Manners
from tests.faults.stage import Finding, Stage, Stopwatch, W
from tests.faults.verdict import judge
from tests.servers import wait_until

STILL_SECONDS = 2.0  # who lives records results several times a second


def killed_workers(stage: Stage, full: bool) -> Finding:
    """R-01: kill -9 of whole workers, again and again, in the middle of a window."""
    people, kills, crew = (20_000, 20, 3) if full else (500, 1, 2)
    dice = random.Random(people)
    with stage.fleet(Manners(slowness=0.05)) as fleet:
        campaign_id = fleet.campaign(readers(people))
        fleet.beat()
        workers = deque(fleet.worker() for _ in range(crew))
        held: set[UUID] = set()
        watch = Stopwatch()
        for _ in range(kills):
            fleet.wait_for(len(fleet.relay.ledger) + 60)
            time.sleep(dice.uniform(0, 1 if full else 0.2))
            workers[0].kill()
            watch, held = Stopwatch(), holders(fleet)
            workers.popleft()
            workers.append(fleet.worker())
        seconds = take_up(fleet, campaign_id, held, watch, full=full)
        fleet.wait_done(campaign_id)
        return Finding(kills, judge(fleet.db, campaign_id, fleet.relay), W * kills, seconds)


def killed_child(stage: Stage, full: bool) -> Finding:
    """R-02: kill -9 of one process of a pool; the others and the parent go on."""
    people, kills = (3_000, 5) if full else (300, 1)
    with stage.fleet(Manners(slowness=0.05)) as fleet:
        campaign_id = fleet.campaign(readers(people))
        fleet.beat()
        worker = fleet.worker(pool=2)
        held: set[UUID] = set()
        watch = Stopwatch()
        for _ in range(kills):
            fleet.wait_for(len(fleet.relay.ledger) + 60)
            os.kill(worker.children[0], signal.SIGKILL)
            watch, held = Stopwatch(), holders(fleet)
        seconds = take_up(fleet, campaign_id, held, watch, full=full)
        fleet.wait_done(campaign_id)
        assert worker.process.poll() is None, "the parent lives"
        return Finding(kills, judge(fleet.db, campaign_id, fleet.relay), W * kills, seconds)


def told_to_stop(stage: Stage, full: bool) -> Finding:
    """R-02: SIGTERM in the middle of a window: it ends by itself, and there is no copy."""
    people, stops = (3_000, 10) if full else (200, 1)
    with stage.fleet(Manners(slowness=0.05)) as fleet:
        campaign_id = fleet.campaign(readers(people))
        fleet.beat()
        last_mail = 0.0
        for _ in range(stops):
            worker = fleet.worker(pool=2)
            fleet.wait_for(len(fleet.relay.ledger) + 60)
            told_at = time.monotonic()
            status = worker.stop(30)
            assert status == 0, f"it exits with {status}"
            assert not holders(fleet), "nothing is left in its hands"
            last_mail = max(last_mail, fleet.relay.ledger[-1].at - told_at)
        fleet.worker()
        fleet.wait_done(campaign_id)
        verdict = judge(fleet.db, campaign_id, fleet.relay)
        return Finding(stops, verdict, 0, last_mail, limit=3)


def frozen_worker(stage: Stage, full: bool) -> Finding:
    """R-03: SIGSTOP for three leases, then SIGCONT: what it says late is not taken."""
    people = 3_000 if full else 300
    with stage.fleet(Manners(slowness=0.05)) as fleet:
        campaign_id = fleet.campaign(readers(people))
        fleet.beat()
        frozen = fleet.worker()
        fleet.wait_for(60)
        frozen.signal_all(signal.SIGSTOP)
        watch, held = Stopwatch(), holders(fleet)
        fleet.worker()
        seconds = take_up(fleet, campaign_id, held, watch, full=full)
        if full:
            time.sleep(max(0, 90 - watch.seconds))
        fleet.wait_done(campaign_id)
        frozen.signal_all(signal.SIGCONT)
        wait_until(lambda: stale_results(fleet) > 0, "late results are counted and not taken", 60)
        verdict = judge(fleet.db, campaign_id, fleet.relay)
        return Finding(1, verdict, W, seconds)


def holders(fleet: Fleet) -> set[UUID]:
    """Who holds rows just now."""
    held = select(Delivery.owner).where(Delivery.state == DeliveryState.SENDING).distinct()
    with fleet.db.read() as session:
        return {owner for owner in session.scalars(held) if owner}


def take_up(
    fleet: Fleet, campaign_id: UUID, held: set[UUID], watch: Stopwatch, *, full: bool
) -> float:
    """Wait until nothing of ``held`` is left in those hands; gives the seconds since ``watch``
    began. In the short form the 30 s of the leases are over once everybody else is served."""
    if not full:
        wait_until(lambda: only_held_is_left(fleet, held), "the others are served", 120, 0.2)
        _wait_for_the_living(fleet)
        pass_leases(fleet.db)
    wait_until(lambda: not holders(fleet) & held, "what it held is taken up", 120, 0.2)
    return watch.seconds


def only_held_is_left(fleet: Fleet, held: set[UUID]) -> bool:
    waits = select(func.count()).where(
        Delivery.state.in_([DeliveryState.QUEUED, DeliveryState.DEFERRED])
    )
    with fleet.db.read() as session:
        return not session.scalar(waits) and holders(fleet) <= held


def _wait_for_the_living(fleet: Fleet) -> None:
    """Until what is held stays as it is. A lease that passed in the hands of somebody who sends
    would make copies that no fault has made."""
    seen, watch = _held(fleet), Stopwatch()

    def stays() -> bool:
        nonlocal seen, watch
        if seen != (now := _held(fleet)):
            seen, watch = now, Stopwatch()
        return watch.seconds > STILL_SECONDS

    wait_until(stays, "the living have done what they held", 120, 0.2)


def _held(fleet: Fleet) -> set[UUID]:
    with fleet.db.read() as session:
        return set(
            session.scalars(select(Delivery.id).where(Delivery.state == DeliveryState.SENDING))
        )


def stale_results(fleet: Fleet) -> int:
    return sum(int(n) for n in re.findall(r"stale=(\d+)", fleet.log.read_text()))
