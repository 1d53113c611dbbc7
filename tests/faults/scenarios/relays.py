"""Relays that are away, hang up, throttle, stall and talk nonsense, or show a wrong certificate
(R-09 to R-13), in real time: the first retry of a reader comes a minute after the refusal."""

import time
from itertools import chain, product
from statistics import median

from digest.actions.relays import LINES, add_relay
from digest.clock import utc_now
from digest.domain.alarm import AlarmKind
from digest.domain.states import CampaignState
from digest.store.alarms import open_alarms
from digest.store.relays import find_relay
from tests.faults.certificates import make_certificate, server_context
from tests.faults.fleet import Fleet, mixed, readers
from tests.faults.relay import Entry, Manners
from tests.faults.stage import Finding, Stage, Stopwatch
from tests.faults.verdict import Verdict, judge
from tests.servers import wait_until

REFUSED = ("r550", "r552", "d552", "e552")  # those readers alone
LATER = ("r421", "d421", "e421", "r450", "grey", "dropnot", "dropmid", "half", "garbage", "wrong")
DOUBTFUL = ("dropack",)
GREY = 60.0  # seconds until who is greylisted is taken
MOST_LOSS = 0.05
SMALL_BATCH = 100  # rows: senders share what is left evenly, whatever the roster's size


def absent_relay(stage: Stage, full: bool) -> Finding:
    """R-09: connections are refused for two minutes, and a hundred messages end a connection."""
    people = 4_000 if full else 300
    with stage.fleet(Manners(slowness=0.02, per_connection=100)) as fleet:
        campaign_id = fleet.campaign(readers(people))
        fleet.beat()
        fleet.worker(pool=2)
        fleet.wait_for(60)
        fleet.relay.stop()
        before = fleet.relay.copies
        time.sleep(120 if full else 3)
        assert fleet.state(campaign_id) is CampaignState.SENDING, "nothing is paused"
        assert fleet.audit(campaign_id).counts.get("failed", 0) == 0
        fleet.relay.start()
        watch = Stopwatch()
        fleet.wait_for(sum(before.values()) + 1)
        seconds = watch.seconds
        fleet.wait_done(campaign_id)
        # What was under way when the relay hung up is in doubt: one of each of two senders' lines.
        verdict = judge(fleet.db, campaign_id, fleet.relay)
        return Finding(1, verdict, bound=2 * LINES, seconds=seconds)


def every_fault(stage: Stage, full: bool) -> Finding:
    """R-10 to R-12 (and R-07, R-08) in one list: refusals end those readers alone, the others are
    served, and what must wait is tried again from its row."""
    each, healthy = (20, 2_000) if full else (2, 100)
    lasts = dict.fromkeys((*LATER, "tarpit", "huge", "chatter", "nul"), 1) | {"dropack": 1}
    with stage.fleet(Manners(lasts=lasts, grey_seconds=60, slowness=0.005)) as fleet:
        kinds = (*REFUSED, *LATER, *DOUBTFUL, "nul", "huge")
        addresses = [*chain.from_iterable(readers(each, kind) for kind in kinds)]
        campaign_id = fleet.campaign([*addresses, *readers(healthy)])
        fleet.beat()
        for _ in range(2):
            fleet.worker()
        watch = Stopwatch()
        fleet.wait_for_kind("reader", healthy, 240)
        seconds = watch.seconds
        fleet.wait_done(campaign_id, 900)
        counts = fleet.audit(campaign_id).counts
        assert counts.get("failed", 0) == each * len(REFUSED), counts
        verdict = judge(fleet.db, campaign_id, fleet.relay)
        return Finding(len(kinds), verdict, each * (len(DOUBTFUL) + 1), seconds, limit=240)


def greylisted(stage: Stage, full: bool) -> Finding:
    """R-10: a tenth of a list has to come again later; it does, and nobody else waits for it.

    What it costs the others is measured against lists without such readers, in turn with them, all
    within the minute for which the first of the late ones have to wait.
    """
    rounds, people = (3, 3_000) if full else (1, 300)
    took: dict[str, list[float]] = {"plain": [], "grey": []}
    verdict, latest, campaigns = Verdict(), 0.0, []
    with stage.fleet(Manners(slowness=0.02, grey_seconds=GREY)) as fleet:
        fleet.beat()
        fleet.worker(pool=2)
        for number, kind in product(range(rounds), took):
            slug = f"{kind}{number}"
            addresses = readers(people, slug)
            if kind == "grey":
                late = [f"grey+{slug}.{n}@mail.example" for n in range(people // 9)]
                addresses = mixed(addresses, late)
            campaigns.append(fleet.campaign(addresses, slug=slug, batch_size=SMALL_BATCH))
            took[kind].append(_seconds_to_send(fleet, slug, people))
        for campaign_id in campaigns:
            fleet.wait_done(campaign_id, 600)
            verdict += judge(fleet.db, campaign_id, fleet.relay, is_alone=False)
        for one in fleet.relay.ledger:
            if one.recipient.startswith("grey+"):
                latest = max(latest, one.at - fleet.relay.first_seen[one.recipient] - GREY)
    plain, grey = median(took["plain"]), median(took["grey"])
    loss = 1 - plain / grey
    if full and loss >= MOST_LOSS:
        verdict.problems.append(f"a tenth that is greylisted costs {loss:.0%} of throughput")
    return Finding(
        rounds, verdict, 0, latest, note=f"{loss:.1%} slower ({grey:.1f} s, {plain:.1f} without)"
    )


def _seconds_to_send(fleet: Fleet, slug: str, people: int) -> float:
    """From the first to the last of a list's ordinary readers."""
    kept: list[Entry] = []

    def are_all() -> bool:
        kept[:] = [one for one in fleet.relay.ledger if one.recipient.startswith(f"{slug}+")]
        return len(kept) >= people

    wait_until(are_all, f"{people} have theirs", 600, every=0.5)
    return kept[-1].at - kept[0].at


def refused(stage: Stage, full: bool) -> Finding:
    """R-11: half of a list does not exist: those alone fail, nothing pauses, and an alarm says so;
    ``seconds`` until it does."""
    each = 2_000 if full else 100
    with stage.fleet(Manners(slowness=0.02)) as fleet:
        mixed = chain.from_iterable(zip(readers(each), readers(each, "r550"), strict=True))
        campaign_id = fleet.campaign([*mixed])
        fleet.beat()
        fleet.worker(pool=2)
        fleet.wait_for(1)
        watch = Stopwatch()
        wait_until(lambda: _is_told(fleet), "there is an alarm", 120, 0.2)
        seconds = watch.seconds
        fleet.wait_done(campaign_id)
        report = fleet.audit(campaign_id)
        assert report.counts == {"sent": each, "failed": each}, report.counts
        log = fleet.log.read_text()
        assert "many readers refused" in log
        assert "campaign paused" not in log
        return Finding(1, judge(fleet.db, campaign_id, fleet.relay), 0, seconds)


def _is_told(fleet: Fleet) -> bool:
    with fleet.db.read() as session:
        return any(alarm.kind is AlarmKind.MANY_REFUSED for alarm in open_alarms(session))


def wrong_certificate(stage: Stage, full: bool) -> Finding:
    """R-13: an expired certificate, then a good one: nothing in clear, and it resumes by itself."""
    people = 500 if full else 100
    with stage.fleet() as fleet:
        expired = make_certificate(fleet.folder / "expired.pem", "127.0.0.1", expired=True)
        good = make_certificate(fleet.folder / "good.pem", "127.0.0.1")
        fleet.relay.manners.tls = server_context(expired)
        _require_tls(fleet, f"ca={good}")
        campaign_id = fleet.campaign(readers(people))
        fleet.beat()
        fleet.worker()
        wait_until(lambda: bool(_relay_error(fleet)), "the relay's row says why", 90, 0.2)
        time.sleep(60 if full else 1)
        assert not fleet.relay.ledger
        fleet.relay.manners.tls = server_context(good)
        watch = Stopwatch()
        fleet.wait_for(1)
        seconds = watch.seconds
        fleet.wait_done(campaign_id)
        in_clear = {verb for (verb, secure), n in fleet.relay.commands.items() if n and not secure}
        assert in_clear <= {"EHLO", "STARTTLS", "QUIT"}, in_clear
        return Finding(1, judge(fleet.db, campaign_id, fleet.relay), 0, seconds)


def _require_tls(fleet: Fleet, options: str) -> None:
    url = f"{fleet.relay.url}?starttls=require&{options}"
    add_relay(fleet.db, fleet.settings, name="default", url=url, now=utc_now(), actor="test")


def _relay_error(fleet: Fleet) -> str | None:
    with fleet.db.read() as session:
        return find_relay(session, "default").error
