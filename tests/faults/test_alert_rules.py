"""Each alert of ``deploy/alerts.yaml`` fires under its fault, and keeps quiet where no reader would
notice anything: on real scrapes of ``/metrics``, taken each half minute of a clock that is stepped.
"""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import yaml
from fastapi.testclient import TestClient

from digest import metrics
from digest.actions.collect_source import collect_one
from digest.actions.keep_up import beat
from digest.actions.tend_campaigns import tend_campaigns
from digest.clock import utc_now
from digest.domain.alarm import AlarmKind
from digest.domain.checkup import Check, Verdict
from digest.domain.states import Aftermath, CampaignState, RunState, Stream
from digest.fetch import Fetcher
from digest.store import audit, schema
from digest.store.aftermath import CampaignAftermath
from digest.store.campaigns import Batch, Campaign
from digest.store.claims import Claim
from digest.store.domain_checks import keep_domain_check
from digest.store.engine import Database
from digest.store.feedback import Bounce, Complaint, FeedbackClass, Reason
from digest.store.heartbeats import Heartbeat, ProcessKind
from digest.store.lists import find_list
from digest.store.relays import Relay, find_relay, rest_relay
from digest.store.runs import plan_run
from digest.store.samples import CampaignSample
from digest.store.sources import Source
from digest.web.app import create_app
from tests.builders import a_campaign, a_list, a_sending_campaign, a_source, an_edition
from tests.promql import Scrapes, read_rules
from tests.rules.documents import ROOT
from tests.servers import free_port

STEP = 30  # seconds between two scrapes
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Watcher:
    """A Prometheus that scrapes the pages, and the clock that it goes by."""

    def __init__(self, db: Database, settings) -> None:
        self.db, self.settings = db, settings
        self._client = TestClient(create_app(db, settings), client=("127.0.0.1", 5000))
        self._rules = read_rules(yaml.safe_load((ROOT / "deploy/alerts.yaml").read_text()))
        self._scrapes, self._at = Scrapes(), 0.0
        self.answers = True

    def fired(self, minutes: float) -> set[str]:
        """What fires at the end of so many minutes, scraped and evaluated all along."""
        names: set[str] = set()
        for _ in range(round(minutes * 60 / STEP)):
            self._at += STEP
            self._scrapes.add(self._at, self._answer())
            names = {rule.name for rule in self._rules if rule.firing(self._scrapes, self._at)}
        return names

    def _answer(self) -> str:
        if not self.answers:
            return ""
        got = self._client.get("/metrics")
        assert got.status_code == 200
        return got.text


@pytest.fixture(scope="module")
def healthy(tmp_path_factory):
    """The file of a healthy service: a relay, a list, a source, and an edition that went."""
    folder = tmp_path_factory.mktemp("healthy")
    db, now = Database(f"sqlite:///{folder / 'digest.db'}"), utc_now()
    schema.upgrade(db)
    with db.begin() as session:
        session.add(Relay(name="default", url="maildir:///outbox", created_at=now))
        a_list(session)
        a_source(session, last_success_at=now, last_brief_at=now, usual_gap=3600)
    went(db, sent=2_000)
    db.close()
    return folder / "digest.db"


@pytest.fixture
def service(healthy, settings, tmp_path):
    """That service with a beat and a worker, watched. Which database its numbers come from makes
    no difference here; queries are tested on both elsewhere."""
    file = shutil.copy(healthy, tmp_path / "digest.db")
    db = Database(f"sqlite:///{file}")
    for kind in ProcessKind:
        beat(db, settings, kind, utc_now())
    with db.begin() as session:
        for row in session.query(Heartbeat):
            row.started_at = utc_now() - HOUR
    metrics.set_to(metrics.QUEUE_AGE, 0.0)
    yield Watcher(db, settings)
    metrics.set_to(metrics.QUEUE_AGE, 0.0)
    db.close()


def went(db, *, state=CampaignState.DONE, roster=2_000, values=None, **tallies):
    """A campaign of today with these tallies; gives its id."""
    now = utc_now()
    given = {
        "state": state,
        "due_at": now - HOUR,
        "started_at": now - HOUR,
        "finished_at": now - 50 * MINUTE if state is CampaignState.DONE else None,
        "roster": roster,
    }
    with db.begin() as session:
        mailing_list = find_list(session, "daily")
        number = session.query(Campaign).count() + 1
        campaign = a_campaign(
            session, an_edition(session, mailing_list, number=number), **(given | (values or {}))
        )
        if tallies:
            first, last = uuid4(), uuid4()
            session.add(
                Batch(campaign_id=campaign.id, position=0, first_id=first, last_id=last, **tallies)
            )
        return campaign.id


def a_run(db, state: RunState, at: datetime, reason: str | None = None) -> None:
    with db.begin() as session:
        plan_run(
            session,
            list_id=find_list(session, "daily").id,
            stream=Stream.EACH,
            scheduled_at=at,
            now=utc_now(),
            state=state,
            reason=reason,
        )


def stall(db, minutes: int) -> None:
    """A campaign that has mail due, and has sent none for so long."""
    ago = utc_now() - minutes * MINUTE
    values = {"expires_at": utc_now() + DAY}
    campaign_id = went(db, state=CampaignState.SENDING, values=values, queued=5, next_at=ago)
    with db.begin() as session:
        session.add(CampaignSample(campaign_id=campaign_id, at=ago, done=0, sent=0))


def pause(db, actor: str) -> None:
    campaign_id = went(db, state=CampaignState.PAUSED, queued=5)
    with db.begin() as session:
        audit.record(
            session,
            now=utc_now(),
            actor=actor,
            action="paused",
            noun="campaign",
            noun_id=campaign_id,
        )


def complain(db, n: int) -> None:
    campaign_id = went(db, sent=2_000)
    with db.begin() as session:
        for _ in range(n):
            session.add(
                Complaint(
                    event_id=uuid4(), subscriber_id=uuid4(), campaign_id=campaign_id, at=utc_now()
                )
            )


def blame_us(db, n: int) -> None:
    """Mails of a campaign to 2,000 that came back because of us."""
    campaign_id = went(db, sent=2_000)
    with db.begin() as session:
        for _ in range(n):
            session.add(
                Bounce(
                    event_id=uuid4(),
                    subscriber_id=uuid4(),
                    campaign_id=campaign_id,
                    kind=FeedbackClass.SOFT,
                    reason=next(iter(Reason)),
                    is_ours=True,
                    at=utc_now(),
                )
            )


def come_back(db, n: int) -> None:
    campaign_id = went(db, sent=2_000)
    with db.begin() as session:
        session.add(CampaignAftermath(campaign_id=campaign_id, what=Aftermath.BOUNCED, n=n))


def fail_domain(db, verdict: Verdict) -> None:
    check = Check("SPF", verdict, "There is no SPF record.")
    with db.begin() as session:
        keep_domain_check(
            session,
            domain="news.example",
            return_domain="bounce.news.example",
            verdict=verdict,
            checks=[check],
            now=utc_now(),
        )


def refuse_connections(db, times: int) -> None:
    with db.begin() as session:
        for _ in range(times):
            relay = find_relay(session, "default")
            rest_relay(session, relay.id, utc_now(), "The relay refused the connection.")


def disable_relay(db) -> None:
    with db.begin() as session:
        session.query(Relay).one().enabled = False


def break_source(db, settings, times: int) -> None:
    """A source on a port where nobody listens, looked at so often."""
    with db.begin() as session:
        source = session.query(Source).one()
        source.url, source_id = f"http://127.0.0.1:{free_port()}/feed", source.id
    fetcher = Fetcher(settings)
    for _ in range(times):
        report = collect_one(db, fetcher, source_id, utc_now(), force=True)
        assert report is not None
        assert report.error


def silence_source(db, silence: timedelta) -> None:
    with db.begin() as session:
        session.query(Source).one().last_brief_at = utc_now() - silence


def silence(db, kind: ProcessKind, seconds: int) -> None:
    """Nothing was heard of these processes for so long, by the database's clock."""
    with db.begin() as session:
        for row in session.query(Heartbeat).filter_by(kind=kind):
            row.seen_at -= timedelta(seconds=seconds)


def change_beat(db, **values: object) -> None:
    with db.begin() as session:
        row = session.query(Heartbeat).filter_by(kind=ProcessKind.BEAT).one()
        for name, value in values.items():
            setattr(row, name, value)


Fault = Callable[[Database, object], object]

FAULTS: dict[AlarmKind, Fault] = {
    AlarmKind.RUN_MISSED: lambda db, _: a_run(
        db, RunState.MISSED, utc_now() - 3 * HOUR, "nothing ran then"
    ),
    AlarmKind.APPROVAL_MISSING: lambda db, _: a_run(
        db, RunState.AWAITING_APPROVAL, utc_now() - MINUTE
    ),
    AlarmKind.CAMPAIGN_EXPIRED: lambda db, _: went(
        db, values={"expires_at": utc_now() - 55 * MINUTE}, cancelled=5
    ),
    AlarmKind.CAMPAIGN_LATE: lambda db, _: went(
        db, state=CampaignState.SCHEDULED, values={"due_at": utc_now() - 11 * MINUTE}
    ),
    AlarmKind.CAMPAIGN_STALLED: lambda db, _: stall(db, 6),
    AlarmKind.CAMPAIGN_PAUSED: lambda db, _: pause(db, "service"),
    AlarmKind.MANY_REFUSED: lambda db, _: come_back(db, 100),
    AlarmKind.MANY_COMPLAINTS: lambda db, _: complain(db, 3),
    AlarmKind.BOUNCED_BY_US: lambda db, _: blame_us(db, 21),
    AlarmKind.UNCERTAIN: lambda db, _: went(db, sent=1_999, uncertain=1),
    AlarmKind.DOMAIN_FAILS: lambda db, _: fail_domain(db, Verdict.FAILED),
    AlarmKind.NO_RELAY: lambda db, _: disable_relay(db),
    AlarmKind.RELAY_FAILS: lambda db, _: refuse_connections(db, 3),
    AlarmKind.SOURCE_FAILS: lambda db, settings: break_source(db, settings, 3),
    AlarmKind.SOURCE_SILENT: lambda db, _: silence_source(db, 3 * DAY),
    AlarmKind.NO_BEAT: lambda db, _: silence(db, ProcessKind.BEAT, 70),
    AlarmKind.NO_WORKER: lambda db, _: silence(db, ProcessKind.WORKER, 70),
    AlarmKind.BROKER_AWAY: lambda db, _: change_beat(db, error="Connection refused."),
    AlarmKind.CLOCK_WRONG: lambda db, _: change_beat(db, clock_off=-6.0),
    AlarmKind.DISK_FULL: lambda db, _: change_beat(db, disk_free=900),
}
TICKETS = {
    AlarmKind.UNCERTAIN,
    AlarmKind.BOUNCED_BY_US,
    AlarmKind.RELAY_FAILS,
    AlarmKind.SOURCE_FAILS,
    AlarmKind.SOURCE_SILENT,
    AlarmKind.CLOCK_WRONG,
    AlarmKind.DISK_FULL,
}

# What goes wrong every day, and costs no reader anything.
TRIFLES: dict[str, Fault] = {
    "a run with nothing to say": lambda db, _: a_run(db, RunState.SKIPPED, utc_now() - HOUR),
    "an approval that is not due yet": lambda db, _: a_run(
        db, RunState.AWAITING_APPROVAL, utc_now() + HOUR
    ),
    "a campaign that begins in a moment": lambda db, _: went(
        db, state=CampaignState.SCHEDULED, values={"due_at": utc_now() - MINUTE}
    ),
    "a campaign between two windows": lambda db, _: stall(db, 2),
    "a pause by a person": lambda db, _: pause(db, "olga@news.example"),
    "some dead mailboxes": lambda db, _: come_back(db, 19),
    "two complaints": lambda db, _: complain(db, 2),
    "a few returned because of us": lambda db, _: blame_us(db, 20),
    "a DNS that does not answer": lambda db, _: fail_domain(db, Verdict.UNKNOWN),
    "a relay that refused twice": lambda db, _: refuse_connections(db, 2),
    "a site that was away for a moment": lambda db, settings: break_source(db, settings, 2),
    "a long weekend": lambda db, _: silence_source(db, 3 * DAY - HOUR),
    "a beat that is started again": lambda db, _: silence(db, ProcessKind.BEAT, 40),
    "a worker that is started again": lambda db, _: silence(db, ProcessKind.WORKER, 40),
    "a clock a second off": lambda db, _: change_beat(db, clock_off=1.0),
}


def test_there_is_a_fault_for_each_alarm():
    assert FAULTS.keys() == set(AlarmKind)


def test_a_healthy_service_is_quiet(service):
    assert service.fired(12) == set()


@pytest.mark.parametrize("kind", FAULTS)
def test_an_alert_fires_under_its_fault_alone(service, kind):
    assert service.fired(1) == set()
    FAULTS[kind](service.db, service.settings)
    name, minutes = ("DigestNeedsCare", 10) if kind in TICKETS else ("DigestReadersMiss", 1)
    assert service.fired(minutes - 0.5) == set(), "not at once"
    assert service.fired(1) == {name}


def test_what_no_reader_notices_wakes_nobody(service):
    for trifle in TRIFLES.values():
        trifle(service.db, service.settings)
    assert service.fired(11) == set()


def test_a_beat_that_fell_silent_is_told_of_by_the_scrape_itself(service):
    silence(service.db, ProcessKind.BEAT, 130)
    assert "DigestSilent" in service.fired(2.5)


def test_pages_that_do_not_answer_are_told_of(service):
    service.answers = False
    assert service.fired(1) == set()
    assert service.fired(1.5) == {"DigestSilent"}


def waiting_mail(service, minutes: int) -> None:
    """A campaign whose mail has been due for so long, as the beat finds it."""
    db, ago = service.db, utc_now() - minutes * MINUTE
    campaign_id = a_sending_campaign(db, service.settings, ["ana@mail.example"], slug="waits")
    with db.begin() as session:
        session.get_one(Campaign, campaign_id).expires_at = utc_now() + DAY
        session.query(Batch).filter_by(campaign_id=campaign_id).one().next_at = ago
    tend_campaigns(db, utc_now())


def test_mail_that_waits_while_none_is_sent_is_told_of(service):
    waiting_mail(service, 11)
    assert service.fired(4.5) == set()
    assert service.fired(1) == {"DigestMailWaits"}


def test_mail_that_waits_behind_other_mail_is_not(service):
    waiting_mail(service, 11)
    for _ in range(12):
        metrics.count(metrics.DELIVERIES, 5, state="sent")
        assert service.fired(1) == set()


@pytest.mark.parametrize(("held", "told"), [(100, set()), (250, {"DigestSendersDie"})])
def test_senders_that_die_again_and_again_are_told_of_and_one_is_not(service, held, told):
    readers = [f"reader{n}@mail.example" for n in range(held)]
    campaign_id = a_sending_campaign(service.db, service.settings, readers, slug="dying")
    assert service.fired(1) == set()
    with service.db.begin() as session:
        session.get_one(Campaign, campaign_id).expires_at = utc_now() + DAY
        window, _ = Claim(campaign_id, uuid4(), utc_now(), held, -1.0).window(session)
        assert len(window) == held
    tend_campaigns(service.db, utc_now())
    assert service.fired(1) == told
