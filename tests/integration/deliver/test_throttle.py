"""Rates of relays and domains, counted at the relay; bounds are wide, for a busy machine."""

import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context

import pytest
from structlog.testing import capture_logs

from digest.actions.campaign_waits import why_waiting
from digest.actions.control_campaign import resume_campaign
from digest.actions.deliver_campaign import deliver_campaign
from digest.actions.list_throttles import list_throttles
from digest.actions.tend_campaigns import tend_campaigns
from digest.actions.throttles import set_campaign_rate, set_domain_rate, set_relay_rate, set_warm_up
from digest.clock import utc_now
from digest.deliver.held import HELD
from digest.domain.errors import Illegal
from digest.domain.rate import CHUNK_SECONDS, SLACK_SECONDS, Scope
from digest.domain.slowdown import RECOVERY
from digest.domain.states import CampaignState, DeliveryState
from digest.domain.warm_up import WarmUp
from digest.settings import load_settings
from digest.store.campaigns import find_campaign
from digest.store.engine import Database
from digest.store.throttles import find_throttle, slow_down
from tests.builders import NOW, a_sending_campaign
from tests.integration.deliver.post_office import Clock

WHO = {"now": NOW, "actor": "test"}


class RunningClock(Clock):
    """Business time that goes on by itself."""

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()

    def __call__(self):
        return super().__call__() + timedelta(seconds=time.monotonic() - self._began)


@pytest.fixture
def office(office):
    office.clock = RunningClock()
    return office


def people(n, kind="reader", domain="mail.example"):
    return [f"{kind}+{i}@{domain}" for i in range(n)]


def sent_to(office, domain):
    return sum(entry.recipient.endswith(f"@{domain}") for entry in list(office.relay.ledger))


def most(rate, seconds, processes):
    """What a rate allows in a time: a chunk more for each process, and what came late."""
    return rate * (seconds + processes * CHUNK_SECONDS + SLACK_SECONDS) + processes


def work(office, campaign_id, until, seconds=30.0, ring=5.0):
    """Ring again and again, as the tick does, until something is so or the time is up."""
    end = time.monotonic() + seconds
    while not until() and time.monotonic() < end:
        office.deliver(campaign_id, seconds=max(0.1, min(ring, end - time.monotonic())))


def test_a_relay_gets_no_more_than_its_rate_and_no_less(db, settings, office):
    set_relay_rate(db, "main", "60/s", **WHO)
    campaign_id = a_sending_campaign(db, settings, people(1000))
    began = time.monotonic()
    office.deliver(campaign_id, seconds=3)
    seconds = time.monotonic() - began
    n = len(office.relay.ledger)
    assert n <= most(60, seconds, 1)
    assert n >= 20, "a ninth of what it allows: the machine may be busy"
    rows = office.rows(campaign_id).values()
    assert sum(row.claims for row in rows) <= n + 60, "what could not be sent was not claimed"


def test_a_campaign_that_is_slowed_down_holds_up_no_other_one(db, settings, office):
    slow = a_sending_campaign(db, settings, people(400), expires=False)
    other = a_sending_campaign(db, settings, people(300, "other"), slug="night", expires=False)
    assert set_campaign_rate(db, slow, "20 per second", **WHO) == "20/s"
    began = time.monotonic()
    office.deliver(slow, seconds=2)
    n = len(office.relay.ledger)
    assert 0 < n <= most(20, time.monotonic() - began, 1)
    work(office, other, lambda: len(office.relay.ledger) == n + 300)
    assert len(office.relay.ledger) == n + 300
    assert "campaign gets 20 a second (set by hand)" in str(waits(db, slow))
    assert waits(db, other) == ()
    set_campaign_rate(db, slow, None, **WHO)
    work(office, slow, lambda: len(office.relay.ledger) == 700)
    assert set(office.relay.copies.values()) == {1}


def test_a_campaigns_limit_ends_with_it(db, settings, office):
    campaign_id = a_sending_campaign(db, settings, people(2))
    set_campaign_rate(db, campaign_id, "20/s", **WHO)
    office.deliver(campaign_id, seconds=5)
    tend_campaigns(db, office.clock())
    with db.read() as session:
        assert find_throttle(session, (Scope.CAMPAIGN, str(campaign_id))) is None
    with pytest.raises(Illegal, match="is done; there is nothing to slow down"):
        set_campaign_rate(db, campaign_id, "20/s", **WHO)


def waits(db, campaign_id):
    with db.read() as session:
        return why_waiting(session, find_campaign(session, campaign_id), utc_now())


def process(url, home, campaign_id, seconds):
    """A sender of its own, in a process of its own."""
    settings = load_settings(
        home=home, database_url=url, secret_key="a secret for tests, thirty-two long"
    )
    db = Database(url)
    deliver_campaign(
        db, settings, campaign_id, clock=utc_now, stop=threading.Event(), seconds=seconds
    )
    db.close()


def test_two_processes_share_the_rates_of_a_relay_and_a_domain(db, database_url, settings, office):
    set_relay_rate(db, "main", "100/s", **WHO)
    set_domain_rate(db, "slow.example", "20/s", **WHO)
    addresses = people(200, domain="slow.example") + people(400)
    campaign_id = a_sending_campaign(db, settings, addresses, batch_size=100, expires=False)
    args = (database_url, settings.home, campaign_id, 4.0)
    both = [get_context("spawn").Process(target=process, args=args) for _ in range(2)]
    for one in both:
        one.start()
    while not office.relay.ledger and any(one.is_alive() for one in both):
        time.sleep(0.01)
    began = time.monotonic()
    for one in both:
        one.join(60)
        assert one.exitcode == 0
    seconds = time.monotonic() - began + 0.05
    assert len(office.relay.ledger) <= most(100, seconds, 2)
    assert 0 < sent_to(office, "slow.example") <= most(20, seconds, 2)
    assert set(office.relay.copies.values()) == {1}
    assert office.audit(campaign_id).possible_copies == 0


def test_a_slow_domain_keeps_nobody_else_waiting_and_costs_no_tries(db, settings, office):
    set_domain_rate(db, "slow.example", "1/s", **WHO)
    both = zip(people(150), people(150, domain="slow.example"), strict=True)
    addresses = [address for pair in both for address in pair]
    campaign_id = a_sending_campaign(db, settings, addresses, batch_size=50)
    work(office, campaign_id, lambda: sent_to(office, "mail.example") == 150)
    assert sent_to(office, "mail.example") == 150
    assert sent_to(office, "slow.example") < 60
    waiting = [r for r in office.rows(campaign_id).values() if r.state is DeliveryState.QUEUED]
    assert len(waiting) > 90
    assert {row.tries for row in waiting} == {0}
    assert {row.claims for row in waiting} <= {0, 1}, "they were left where they are"


def test_a_rate_that_is_changed_acts_within_seconds_and_all_get_their_mail(db, settings, office):
    set_domain_rate(db, "slow.example", "6/min", **WHO)
    campaign_id = a_sending_campaign(db, settings, people(80, domain="slow.example"), batch_size=20)
    office.deliver(campaign_id, seconds=1)
    assert len(office.relay.ledger) <= 2
    set_domain_rate(db, "slow.example", "2000/s", now=office.clock(), actor="test")
    work(office, campaign_id, lambda: len(office.relay.ledger) == 80)
    assert office.audit(campaign_id).counts == {DeliveryState.SENT: 80}


def test_each_domain_has_the_rate_of_all_domains_to_itself(db, settings, office):
    set_domain_rate(db, "*", "2/s", **WHO)
    set_domain_rate(db, "quick.example", "1000/s", **WHO)
    domains = [f"d{i}.example" for i in range(20)]
    addresses = [f"a{n}@{domain}" for n in range(10) for domain in domains]
    campaign_id = a_sending_campaign(db, settings, addresses + people(60, domain="quick.example"))
    began = time.monotonic()

    def count() -> Counter:
        return Counter({domain: sent_to(office, domain) for domain in domains})

    def is_enough() -> bool:
        return sent_to(office, "quick.example") == 60 and min(count().values()) >= 1

    work(office, campaign_id, is_enough, ring=2)
    seconds = time.monotonic() - began
    assert is_enough()
    assert max(count().values()) <= most(2, seconds, 2)


def test_a_warm_up_sends_so_many_a_day(db, settings, office):
    set_warm_up(db, "main", WarmUp(30, 2, 3, NOW), **WHO)
    campaign_id = a_sending_campaign(db, settings, people(120), expires=False)
    for day, total in ((1, 30), (2, 90), (3, 120)):
        for _ in range(2):
            office.deliver(campaign_id)
        assert len(office.relay.ledger) == total, f"day {day}"
        office.clock.step(days=1)
    assert {row.tries for row in office.rows(campaign_id).values()} == {1}


def test_a_domain_that_asks_for_less_gets_less_and_the_others_do_not(db, settings, office):
    office.relay.manners.lasts = {"hasty": 1}
    campaign_id = a_sending_campaign(
        db, settings, people(60, "hasty", "slow.example") + people(60), batch_size=40
    )
    work(office, campaign_id, lambda: sent_to(office, "mail.example") == 60)
    (limit,) = list_throttles(db, NOW)
    assert (limit.scope, limit.name) == (Scope.DOMAIN, "slow.example")
    assert limit.why == "slowed down: 451 4.7.28 Your network sends at an unusual rate."
    assert limit.present_rate is not None
    assert sent_to(office, "mail.example") == 60
    asked = office.audit(campaign_id).counts.get(DeliveryState.DEFERRED, 0)
    assert asked >= 3, "deferred, and nobody failed"
    set_domain_rate(db, "slow.example", None, now=office.clock(), actor="test")
    assert list_throttles(db, NOW) == []
    for _ in range(6):
        office.deliver(campaign_id)
        office.clock.step(minutes=2)
    assert office.audit(campaign_id).counts == {DeliveryState.SENT: 120}


def test_replies_about_us_pause_the_campaign_with_the_reason_on_it(db, settings, office):
    campaign_id = a_sending_campaign(db, settings, people(300, "barred"))
    with capture_logs() as lines:
        office.deliver(campaign_id)
    report = office.audit(campaign_id)
    assert report.state is CampaignState.PAUSED
    assert [line["log_level"] for line in lines if line["event"] == "campaign paused"] == ["error"]
    assert "relays turn us away" in report.reason
    assert 20 <= sum(row.tries for row in office.rows(campaign_id).values()) <= 50 + HELD
    assert DeliveryState.FAILED not in report.counts
    assert list_throttles(db, NOW) == [], "it is no question of pace"
    office.relay.manners.lasts = {"barred": 0}
    resume_campaign(db, campaign_id, now=office.clock(), actor="op")
    office.clock.step(minutes=2)
    office.finish(campaign_id)
    assert office.judge(campaign_id).counts == {DeliveryState.SENT: 300}


def test_few_replies_about_us_pause_nothing(db, settings, office):
    campaign_id = a_sending_campaign(db, settings, people(19, "barred") + people(100))
    office.deliver(campaign_id)
    assert office.audit(campaign_id).state is CampaignState.SENDING


def test_half_of_a_list_refused_pauses_nothing_and_raises_one_alarm(db, settings, office):
    """R-11."""
    campaign_id = a_sending_campaign(db, settings, people(60, "r550") + people(60))
    with capture_logs() as lines:
        office.finish(campaign_id, rounds=1)
    (alarm,) = [line for line in lines if line["event"] == "many readers refused"]
    assert alarm["log_level"] == "error"
    assert alarm["refused"] >= 20
    assert office.judge(campaign_id).counts == {DeliveryState.SENT: 60, DeliveryState.FAILED: 60}


def test_what_domains_asked_for_is_forgotten_when_it_is_over(db, settings, office):
    keys = [(Scope.DOMAIN, name) for name in ("old.example", "new.example")]
    with db.begin() as session:
        for key in keys:
            slow_down(session, key, 100.0, "451 4.7.28 too fast")
        old = find_throttle(session, keys[0])
        old.slowdown = replace(old.slowdown, at=old.slowdown.at - RECOVERY)
    campaign_id = a_sending_campaign(db, settings, people(3))
    office.finish(campaign_id, rounds=1)
    with db.read() as session:
        assert [find_throttle(session, key) is None for key in keys] == [True, False]
