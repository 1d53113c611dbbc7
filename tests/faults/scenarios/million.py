"""A million rows, four workers, and a relay with one per cent of mixed faults (R-23)."""

import os
from itertools import chain

import psutil

from tests.faults.fleet import Fleet, Member, mixed, readers
from tests.faults.relay import Manners
from tests.faults.stage import Finding, Stage, Stopwatch
from tests.faults.verdict import judge
from tests.servers import wait_until

WORKERS = 4
MOST_MEMORY = 300_000_000  # octets, resident, of each sending process
FAULTS = ("dropack", "dropnot", "dropmid", "r421", "d421", "r550", "r552", "r450")
ROWS = 1_000_000  # `ROWS=50000 make faults ONLY=R-23` for fewer


def million_rows(stage: Stage, full: bool) -> Finding:
    """Judged as all others; ``seconds`` is how long it took."""
    people = int(os.environ.get("ROWS", ROWS)) if full else 2_000
    each = max(people // 100 // len(FAULTS), 1)
    once = dict.fromkeys(FAULTS, 1) | {"r550": 9, "r552": 9}
    with stage.fleet(Manners(lasts=once)) as fleet:
        kinds = [readers(each, kind) for kind in FAULTS]
        unlucky = [*chain.from_iterable(zip(*kinds, strict=True))]
        campaign_id = fleet.campaign(mixed(readers(people - len(unlucky)), unlucky))
        fleet.beat()
        workers = [fleet.worker() for _ in range(WORKERS)]
        watch, most = Stopwatch(), 0

        def is_done() -> bool:
            nonlocal most
            most = max(most, *(_memory(worker) for worker in workers))
            return fleet.state(campaign_id) == "done"

        wait_until(is_done, "the campaign is done", 120 + people / 100, 1.0)
        seconds, memory = watch.seconds, f"{most / 1e6:.0f} MB a process"
        verdict = judge(fleet.db, campaign_id, fleet.relay)
        if most > MOST_MEMORY:
            verdict.problems.append(memory)
        _assert_balanced(fleet, campaign_id)
        return Finding(1, verdict, each, seconds, limit=120 + people / 100, note=memory)


def _memory(worker: Member) -> int:
    """Of the largest of its processes."""
    parent = psutil.Process(worker.process.pid)
    return max(one.memory_info().rss for one in (parent, *parent.children()))


def _assert_balanced(fleet: Fleet, campaign_id) -> None:
    report = fleet.audit(campaign_id)
    assert report.balanced, report.problems
