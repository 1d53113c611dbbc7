"""A campaign does not start on a domain that fails in DNS (D-03), and what the doctor says of it.

DNS is a server of the test's own on loopback.
"""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from digest.actions.check_domain import look_ahead, why_held
from digest.actions.control_campaign import override_hold
from digest.actions.relays import add_relay
from digest.actions.start_campaign import start_campaign
from digest.actions.tend_campaigns import tend_campaigns
from digest.actions.watch import watch
from digest.domain.checkup import Verdict
from digest.domain.errors import Illegal, Transient
from digest.domain.states import CampaignState
from digest.operate.dns import resolver
from digest.operate.dns.resolver import Resolver
from digest.settings import load_settings
from digest.store.alarms import Alarm
from digest.store.audit import AuditEntry
from digest.store.campaigns import find_campaign
from digest.store.domain_checks import DomainCheck, find_domain_check
from tests.builders import NOW, a_branding, a_due_campaign, a_list, a_subscriber
from tests.commands import environment, try_digest
from tests.faults.relay import FaultyRelay
from tests.name_server import NameServer

BRANDING = a_branding()
GOOD = {
    ("bounce.news.example", "TXT"): ["v=spf1 mx -all"],
    ("bounce.news.example", "MX"): ["10 mx.news.example."],
    ("news.example", "MX"): ["10 mx.news.example."],
    ("mx.news.example", "A"): ["203.0.113.9"],
    ("_dmarc.news.example", "TXT"): ["v=DMARC1; p=reject"],
}
BAD = {key: value for key, value in GOOD.items() if key[1] != "TXT"}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def dns():
    with NameServer(dict(GOOD)) as server:
        yield server


@pytest.fixture
def checked(settings, dns):
    """Settings by which a domain is checked although its relay is on this machine."""
    return settings.model_copy(update={"dns_server": dns.address, "domain_check": "always"})


@pytest.fixture
def campaign_id(db, settings):
    """A campaign that is due, to one reader."""
    with db.begin() as session:
        mailing_list = a_list(session, bounce_domain="bounce.news.example")
        a_subscriber(session, settings, "ana@reader.example", mailing_list)
        return a_due_campaign(session, mailing_list)


def campaign(db, campaign_id):
    with db.read() as session:
        return find_campaign(session, campaign_id)


def to_start(db, now):
    return tend_campaigns(db, now)[0]


def kept(db):
    with db.read() as session:
        return find_domain_check(session, "news.example", "bounce.news.example")


def test_a_campaign_waits_while_its_domain_fails_and_starts_once_that_is_mended(
    db, checked, dns, campaign_id
):
    dns.zone = dict(BAD)
    assert start_campaign(db, checked, campaign_id, NOW) == 0
    held = campaign(db, campaign_id)
    assert held.state is CampaignState.SCHEDULED
    assert "SPF bounce.news.example: There is no SPF record." in held.reason
    assert to_start(db, NOW + MINUTE / 2) == [], "no bell is rung each second"
    assert to_start(db, NOW + MINUTE) == [campaign_id]
    dns.zone = dict(GOOD)
    assert start_campaign(db, checked, campaign_id, NOW + MINUTE) == 1
    started = campaign(db, campaign_id)
    assert (started.state, started.reason) == (CampaignState.SENDING, None)


def test_an_operator_may_override_that_and_the_audit_says_who_and_why(
    db, checked, dns, campaign_id
):
    dns.zone = dict(BAD)
    start_campaign(db, checked, campaign_id, NOW)
    with pytest.raises(Illegal, match="Say why"):
        override_hold(db, campaign_id, reason=" ", now=NOW, actor="olga")
    override_hold(db, campaign_id, reason="DNS is mended at noon", now=NOW, actor="olga")
    assert to_start(db, NOW) == [campaign_id]
    assert start_campaign(db, checked, campaign_id, NOW) == 1
    with db.read() as session:
        (entry,) = session.scalars(select(AuditEntry)).all()
    assert (entry.actor, entry.action) == ("olga", "let start although held back")
    assert "There is no SPF record" in entry.before["held"]
    assert entry.after == {"reason": "DNS is mended at noon"}
    with pytest.raises(Illegal, match="is sending"):
        override_hold(db, campaign_id, reason="again", now=NOW, actor="olga")


def test_a_campaign_that_was_held_for_a_day_is_cancelled_and_not_sent_late(
    db, checked, dns, campaign_id
):
    dns.zone = dict(BAD)
    start_campaign(db, checked, campaign_id, NOW + timedelta(days=1))
    ended = campaign(db, campaign_id)
    assert ended.state is CampaignState.CANCELLED
    assert "could not start" in ended.reason


def test_a_good_verdict_counts_for_a_day_and_dns_is_not_asked_again(db, checked, dns):
    assert why_held(db, checked, BRANDING, NOW) is None
    asked = dns.questions
    dns.zone = {}
    assert why_held(db, checked, BRANDING, NOW + timedelta(hours=23)) is None
    assert dns.questions == asked
    assert "There is no SPF record" in why_held(db, checked, BRANDING, NOW + timedelta(hours=24))


def test_before_a_run_dns_is_asked_anew_while_there_is_time_to_mend_it(db, checked, dns):
    look_ahead(db, checked, BRANDING, NOW)
    dns.zone = {}
    look_ahead(db, checked, BRANDING, NOW + timedelta(hours=11))
    assert kept(db).verdict is Verdict.WARNING  # nothing signs for it here
    look_ahead(db, checked, BRANDING, NOW + timedelta(hours=12))
    assert kept(db).verdict is Verdict.FAILED


def test_a_dns_that_does_not_answer_stops_nothing(db, checked, dns, campaign_id):
    dns.refuses = True
    assert start_campaign(db, checked, campaign_id, NOW) == 1
    assert kept(db).verdict is Verdict.UNKNOWN


def test_a_fault_that_was_seen_counts_for_a_day_although_dns_falls_silent(db, checked, dns):
    dns.zone = dict(BAD)
    assert why_held(db, checked, BRANDING, NOW) is not None
    dns.refuses = True
    assert why_held(db, checked, BRANDING, NOW + timedelta(hours=23)) is not None
    assert why_held(db, checked, BRANDING, NOW + timedelta(hours=25)) is None


def test_a_resolver_that_is_silent_is_not_waited_for_at_each_question(monkeypatch):
    monkeypatch.setattr(resolver, "SECONDS", 0.2)
    with NameServer() as server:
        server.answer = lambda question: None  # whoever asks waits in vain
        silent = Resolver(server.address)
        for n in range(resolver.MOST_SILENT):
            with pytest.raises(Transient, match=r"gave no answer for .* \(LifetimeTimeout\)"):
                silent.txt(f"n{n}.example")
        with pytest.raises(Transient, match="was not asked"):
            silent.txt("one.more.example")


@pytest.mark.parametrize(
    ("url", "check", "domain", "is_asked"),
    [
        ("maildir:///tmp/outbox", "auto", "news.press", False),
        ("smtp://127.0.0.1:2525", "auto", "news.press", False),
        ("smtp://localhost", "auto", "news.press", False),
        ("smtp://mail.press", "auto", "news.press", True),
        ("smtp://192.0.2.1", "auto", "news.press", True),
        ("smtp://mail.press", "auto", "news.example", False),
        ("smtp://mail.press", "never", "news.press", False),
        ("smtp://localhost", "always", "news.example", True),
    ],
)
def test_dns_is_asked_only_where_it_can_matter(db, checked, dns, url, check, domain, is_asked):
    add_relay(db, checked, name="main", url=url, now=NOW, actor="test")
    before = dns.questions
    given = checked.model_copy(update={"domain_check": check})
    why_held(db, given, a_branding(from_address=f"brief@{domain}", bounce_domain=domain), NOW)
    assert (dns.questions > before) is is_asked
    assert (len(rows(db, DomainCheck)) == 1) is is_asked


def rows(db, kind):
    with db.read() as session:
        return session.scalars(select(kind)).all()


def test_a_domain_that_fails_is_an_alarm(db, checked, dns):
    dns.zone = dict(BAD)
    look_ahead(db, checked, BRANDING, NOW)
    watch(db, checked, NOW)
    (alarm,) = [one for one in rows(db, Alarm) if one.kind == "domain fails"]
    assert "Mailboxes will refuse mail from news.example." in alarm.sentence
    assert "digest campaign override" in alarm.remedy


def test_the_doctor_names_each_part_prints_records_and_fails_where_one_does(
    database_url, db, dns, campaign_id, monkeypatch, tmp_path
):
    given = {"home": tmp_path, "database_url": database_url, "domain_check": "always"}
    env = environment(**given, dns_server=dns.address)
    with FaultyRelay() as relay:
        add_relay(db, load_settings(), name="main", url=relay.url, now=NOW, actor="test")
        whole = try_digest(env, "doctor", "--json")
        checks = {one["part"]: one for one in json.loads(whole.stdout)["checks"]}
        assert whole.returncode == 1, "no beat runs"
        assert checks["beat"]["verdict"] == "failed"
        assert checks["beat"]["remedy"]
        assert checks["workers"]["verdict"] == "unknown"
        for part in ("database", "broker", "disk", "clock", "relay main", "DMARC news.example"):
            assert checks[part]["verdict"] == "ok", checks[part]
        assert "takes mail from us" in checks["relay main"]["sentence"]
        dns.zone = dict(BAD)
        shown = try_digest(env, "doctor")
    assert 'Name:  bounce.news.example\nType:  TXT\nValue: "v=spf1 mx ~all"' in shown.stdout
    assert 'Name:  _dmarc.news.example\nType:  TXT\nValue: "v=DMARC1; p=none' in shown.stdout
    assert "SPF bounce.news.example" in shown.stderr
    gone = try_digest(environment(database_url=f"sqlite:///{tmp_path / 'none' / 'x.db'}"), "doctor")
    assert gone.returncode == 1
    assert "digest: 1 of 3 checks failed: database." in gone.stderr
