"""A broker that dies, forgets, is full, or does not answer (R-04, R-05)."""

import signal
import time
import urllib.request
from uuid import UUID

import redis

from tests.faults.fleet import Fleet, readers
from tests.faults.relay import Manners
from tests.faults.stage import Finding, Stage, Stopwatch
from tests.faults.verdict import Verdict, judge

PAGE_SECONDS = 2.0


def dead_broker(stage: Stage, full: bool) -> Finding:
    """R-04: kill -9, and back again with nothing in it."""

    def outage(fleet: Fleet) -> None:
        stage.valkey.kill()
        time.sleep(60 if full else 2)
        stage.valkey.start()

    return _play(stage, outage, full=full)


def emptied_broker(stage: Stage, full: bool) -> Finding:
    """R-04: FLUSHALL in the middle of it."""
    return _play(stage, lambda _: _client(stage).flushall(), full=full)


def full_broker(stage: Stage, full: bool) -> Finding:
    """R-04: no memory is left for a new bell, then there is. Celery ends a worker that can't note
    what it took; whatever supervises it starts another."""

    def outage(_: Fleet) -> None:
        client = _client(stage)
        client.config_set("maxmemory", "1mb")
        time.sleep(60 if full else 4)
        client.config_set("maxmemory", "0")

    return _play(stage, outage, full=full, supervised=True)


def silent_broker(stage: Stage, full: bool) -> Finding:
    """R-05: it takes connections and says nothing; the pages answer all the same."""

    def outage(fleet: Fleet) -> None:
        port = fleet.web()
        stage.valkey.signal(signal.SIGSTOP)
        try:
            end = time.monotonic() + (300 if full else 7)
            while time.monotonic() < end:
                _ask_page(port)
                time.sleep(1)
        finally:
            stage.valkey.signal(signal.SIGCONT)

    return _play(stage, outage, full=full)


def _play(stage: Stage, outage, *, full: bool, supervised: bool = False) -> Finding:
    """A campaign is under way at the outage; another begins in it. Both end by themselves."""
    people = 4_000 if full else 150
    with stage.fleet(Manners(slowness=0.02)) as fleet:
        first = fleet.campaign(readers(people))
        beat, worker = fleet.beat(), fleet.worker(pool=2)
        if supervised:
            fleet.supervise(worker, pool=2)
        fleet.wait_for(50)
        second = fleet.campaign(readers(people, "late"), slug="late")
        outage(fleet)
        seconds = _until_mail_flows(fleet, second)
        verdict = _both(fleet, first, second)
        assert beat.process.poll() is None, "the beat was not restarted"
        assert supervised or worker.process.poll() is None, "nor was the worker"
        return Finding(1, verdict, 0, seconds)


def _until_mail_flows(fleet: Fleet, campaign_id: UUID) -> float:
    """Seconds until the campaign that began in the outage has its first mail."""
    watch = Stopwatch()
    fleet.wait_for_kind("late", 1, 120)
    return watch.seconds


def _both(fleet: Fleet, first: UUID, second: UUID) -> Verdict:
    for campaign_id in (first, second):
        fleet.wait_done(campaign_id)
    return judge(fleet.db, first, fleet.relay, is_alone=False) + judge(
        fleet.db, second, fleet.relay, is_alone=False
    )


def _ask_page(port: int) -> None:
    watch = Stopwatch()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=30) as answer:
        assert answer.status == 200
    assert watch.seconds < PAGE_SECONDS, f"a page took {watch.seconds:.1f} s"


def _client(stage: Stage) -> redis.Redis:
    return redis.Redis.from_url(stage.valkey.url)
