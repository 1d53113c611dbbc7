"""Wall clocks that jump, and many beats on one schedule (R-16, R-14)."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from digest.domain.states import EditionState, Stream
from digest.store.campaigns import Campaign
from digest.store.editions import Edition
from digest.store.lists import ListCadence, find_list
from digest.store.runs import Run
from tests.builders import NOW, a_subscriber
from tests.faults.fleet import Fleet, readers
from tests.faults.relay import Manners
from tests.faults.stage import Finding, Stage, W
from tests.faults.verdict import Verdict, judge
from tests.integration.editions.newsroom import a_newsroom, publish
from tests.servers import wait_until

CLOCKED = ("tests.faults.clocked", "celery")
HOURS = 2 * 3600
RATE = 20  # business seconds a second: an hour of it takes three minutes
PEOPLE = ("ana@mail.example", "bo@mail.example")


def jumping_clock(stage: Stage, full: bool) -> Finding:
    """R-16: one worker's wall clock jumps two hours ahead, then two behind, while it sends."""
    people = 3_000 if full else 300
    with stage.fleet(Manners(slowness=0.05)) as fleet:
        offset = fleet.folder / "offset"
        offset.write_text("0")
        campaign_id = fleet.campaign(readers(people))
        fleet.beat()
        fleet.worker(before=CLOCKED, CLOCK_FILE=str(offset))
        fleet.wait_for(40)
        offset.write_text(str(HOURS))
        fleet.wait_for(120)
        fleet.worker()
        offset.write_text(str(-HOURS))
        fleet.wait_done(campaign_id)
        _assert_jumped(fleet, offset)
        return Finding(2, judge(fleet.db, campaign_id, fleet.relay), W, 0)


def _assert_jumped(fleet: Fleet, offset: Path) -> None:
    """The worker dates its log by the wall clock: it must have been off."""
    hours = {line[11:13] for line in fleet.log.read_text().splitlines() if line[4:5] == "-"}
    assert len(hours) > 1, f"the clock of {offset} jumped"


def many_beats(crew: int, stage: Stage, full: bool) -> Finding:
    """R-14: ``crew`` beats on a schedule of every minute, some of them killed."""
    slots, kills = (60, 6) if full else (3, 1)
    with stage.fleet() as fleet:
        _a_minutely_list(fleet, slots)
        fast = {
            "CLOCK_RATE": str(RATE),
            "CLOCK_BEGAN": NOW.isoformat(),
            "CLOCK_START": str(fleet.folder / "start"),
        }
        beats = [fleet.beat(before=CLOCKED, **fast) for _ in range(crew)]
        fleet.worker(pool=2, before=CLOCKED, **fast)
        wait_until(lambda: _are_up(fleet, crew), "all are up", 90)
        (fleet.folder / "start").touch()
        for kill in range(kills):
            wait_until(lambda: _served(fleet) > kill * slots // kills, "runs go on", 90, 0.2)  # noqa: B023
            beats[kill % crew].kill()
            beats[kill % crew] = fleet.beat(before=CLOCKED, **fast)
        wait_until(lambda: _served(fleet) >= slots, "all slots are served", 60 + 6 * slots, 0.2)
        return Finding(slots, _verdict_on_slots(fleet, slots), 0, 0)


def _are_up(fleet: Fleet, beats: int) -> bool:
    log = fleet.log.read_text()
    return log.count("beat: Starting") >= beats and " ready." in log


def _a_minutely_list(fleet: Fleet, slots: int) -> None:
    a_newsroom(fleet.db, lead_time=timedelta(seconds=30))
    with fleet.db.begin() as session:
        mailing_list = find_list(session, "daily")
        session.add(
            ListCadence(list_id=mailing_list.id, stream=Stream.EACH, words="* * * * *", since=NOW)
        )
        for address in PEOPLE:
            a_subscriber(session, fleet.settings, address, mailing_list)
    for number in range(1, slots + 1):
        at = NOW + timedelta(minutes=number, seconds=-40)
        publish(fleet.db, number, arrived_at=at, published_at=at)


def _served(fleet: Fleet) -> int:
    """How many briefs went out: in an edition whose campaign is done."""
    return sum(len(edition.content.briefs) for edition in _editions(fleet))


def _editions(fleet: Fleet) -> Sequence[Edition]:
    with fleet.db.read() as session:
        return session.scalars(select(Edition).where(Edition.state == EditionState.SENT)).all()


def _verdict_on_slots(fleet: Fleet, slots: int) -> Verdict:
    """Each slot is one run with one edition at most, and each brief came to each person once.

    (At such a rate a worker that hesitates for seconds takes the next slot's brief with it, and the
    next slot has nothing to say.)
    """
    editions = _editions(fleet)
    with fleet.db.read() as session:
        runs = Counter(session.scalars(select(Run.scheduled_at)).all())
        campaigns = Counter(session.scalars(select(Campaign.edition_id)).all())
    briefs = Counter(brief.url for edition in editions for brief in edition.content.briefs)
    per_run = Counter(edition.run_id for edition in editions)
    mails = Counter((entry.recipient, entry.message_id) for entry in fleet.relay.ledger)
    twice = [*runs.values(), *campaigns.values(), *briefs.values(), *per_run.values()]
    verdict = Verdict(lost=slots - len(briefs), most=max([*mails.values(), *twice]))
    verdict.copies = sum(n - 1 for n in [*mails.values(), *twice])
    if len(mails) != len(editions) * len(PEOPLE):
        verdict.problems.append(f"{len(mails)} mails of {len(editions)} editions")
    return verdict
