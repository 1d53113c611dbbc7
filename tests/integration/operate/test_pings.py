"""A dead man's switch: told of each run that is over, at least once, and in nobody's way."""

from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from digest.actions.pings import failure_url, plan_pings, send_ping, set_ping
from digest.actions.tick import Work, tick
from digest.domain.errors import Illegal
from digest.domain.states import CampaignState, RunState, Stream
from digest.fetch import Fetcher
from digest.store.audit import AuditEntry
from digest.store.lists import ListCadence, find_list
from digest.store.pings import WAITS, Ping
from digest.store.runs import plan_run
from tests.builders import NOW, a_campaign, a_list, an_edition
from tests.integration.fetch.server import serving

SECOND = timedelta(seconds=1)


@pytest.fixture
def far():
    with serving() as site:
        for path in ("/ok", "/ok/fail", "/alive"):
            site.serve(path, b"OK")
        site.serve("/broken", b"no", status=503)
        yield site


@pytest.fixture
def daily(db, far):
    """A list whose runs are told to the far end from ``NOW`` on."""
    with db.begin() as session:
        mailing_list = a_list(session)
        idle = NOW + timedelta(days=900)  # runs are made by the tests
        cadence = ListCadence(stream=Stream.EACH, words="daily at 07:00", since=idle)
        cadence.list_id = mailing_list.id
        session.add(cadence)
    set_ping(db, "daily", stream=Stream.EACH, url=far.url("/ok"), now=NOW, actor="test")
    return mailing_list.id


def a_run(db, list_id, state, hours=0, **values):
    with db.begin() as session:
        return plan_run(
            session,
            list_id=list_id,
            stream=Stream.EACH,
            scheduled_at=NOW + timedelta(hours=hours),
            now=NOW + timedelta(hours=hours),
            state=state,
            **values,
        ).id


def work(db, settings, now):
    """What a beat and a worker do about pings."""
    plan_pings(db, settings, now)
    for ring in list(tick(db, now)):
        if ring.work is Work.PING:
            send_ping(db, settings, Fetcher(settings), ring.id, now)


def later(hours):
    return NOW + timedelta(hours=hours, minutes=1)


@pytest.mark.parametrize(
    ("state", "paths"),
    [
        (RunState.DONE, ["/ok"]),
        (RunState.SKIPPED, ["/ok"]),
        (RunState.MISSED, ["/ok/fail"]),
        (RunState.IN_CAMPAIGN, []),
        (RunState.AWAITING_APPROVAL, []),
    ],
)
def test_a_run_that_is_over_is_told_once(db, settings, far, daily, state, paths):
    a_run(db, daily, state)
    for seconds in (0, 1, 60, 3600):
        work(db, settings, later(0) + seconds * SECOND)
    assert far.paths() == paths


def test_a_campaign_that_expired_is_told_as_a_failure(db, settings, far, daily):
    run_id = a_run(db, daily, RunState.DONE)
    with db.begin() as session:
        edition = an_edition(session, find_list(session, "daily"), run_id=run_id)
        a_campaign(
            session,
            edition,
            state=CampaignState.DONE,
            expires_at=NOW,
            finished_at=NOW + SECOND,
        )
    work(db, settings, later(0))
    assert far.paths() == ["/ok/fail"]


def test_runs_by_hand_and_those_from_before_are_not_told(db, settings, far, daily):
    a_run(db, daily, RunState.DONE, hours=-1)
    a_run(db, daily, RunState.DONE, hours=1, by_hand=True)
    work(db, settings, later(1))
    assert far.paths() == []


def test_what_fails_is_tried_again_so_often_and_no_more(db, settings, far, daily):
    set_ping(db, "daily", stream=Stream.EACH, url=far.url("/broken"), now=NOW, actor="test")
    a_run(db, daily, RunState.DONE)
    now = later(0)
    for wait in (*WAITS, timedelta(hours=1), timedelta(hours=1)):
        work(db, settings, now)
        work(db, settings, now + SECOND)  # not yet
        now += wait
    assert far.paths() == ["/broken"] * (1 + len(WAITS))
    with db.read() as session:
        (row,) = session.scalars(select(Ping))
    assert row.next_at is None
    assert "503" in row.error


def test_it_is_told_after_all_once_the_far_end_is_back(db, settings, far, daily):
    set_ping(db, "daily", stream=Stream.EACH, url=far.url("/broken"), now=NOW, actor="test")
    a_run(db, daily, RunState.MISSED)
    work(db, settings, later(0))
    far.serve("/broken/fail", b"OK")
    work(db, settings, later(0) + WAITS[0])
    work(db, settings, later(0) + 10 * WAITS[0])
    assert far.paths() == ["/broken/fail"] * 2


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x", "http://10.0.0.1/x", "http://ledger.example:1/"]
)
def test_an_address_that_is_not_for_us_is_not_fetched(db, settings, daily, url):
    set_ping(db, "daily", stream=Stream.EACH, url=url, now=NOW, actor="test")
    a_run(db, daily, RunState.DONE)
    closed = settings.model_copy(update={"fetch_allow": ""})
    closed.__dict__.pop("networks_allowed", None)
    work(db, closed, later(0))
    with db.read() as session:
        (row,) = session.scalars(select(Ping))
    assert row.told_at is None
    assert row.error


def test_the_service_tells_each_minute_that_it_lives(db, settings, far):
    alive = settings.model_copy(update={"ping_url": SecretStr(far.url("/alive"))})
    for seconds in (0, 1, 30, 59, 60, 61, 120):
        work(db, alive, NOW + seconds * SECOND)
    assert far.paths() == ["/alive"] * 3
    work(db, settings, NOW + timedelta(hours=1))
    assert far.paths() == ["/alive"] * 3, "no address any more"
    work(db, alive, NOW + timedelta(hours=2))
    assert far.paths() == ["/alive"] * 4


def test_the_audit_names_the_host_and_not_the_address(db, daily, far):
    with db.read() as session:
        kept = [row.after for row in session.scalars(select(AuditEntry)) if row.action == "pinged"]
    assert kept == [{"each": "127.0.0.1"}]


@pytest.mark.parametrize("url", ["ftp://x.example/", "nonsense", "http://a b/"])
def test_what_is_no_web_address_is_refused(db, daily, url):
    with pytest.raises(Illegal):
        set_ping(db, "daily", stream=Stream.EACH, url=url, now=NOW, actor="test")
    with pytest.raises(Illegal, match="no cadence"):
        set_ping(db, "daily", stream=Stream.WEEKLY, url=None, now=NOW, actor="test")


def test_where_a_failure_is_told():
    assert failure_url("https://hc.example/4f1c") == "https://hc.example/4f1c/fail"
    assert failure_url("https://hc.example/4f1c/?a=b") == "https://hc.example/4f1c/fail?a=b"
