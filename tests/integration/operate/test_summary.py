"""The operators' daily mail: once a day, complete, short where all is well, about nobody."""

import email
from datetime import timedelta
from email import policy

import pytest

from digest.actions.keep_up import beat, keep_up
from digest.actions.mail_summary import mail_summary
from digest.actions.plan_summary import plan_summary
from digest.actions.read_summary import read_summary
from digest.actions.relays import seed_relay
from digest.actions.tend_campaigns import tend_campaigns
from digest.actions.tick import Work, tick
from digest.domain.errors import Transient
from digest.domain.role import Role
from digest.domain.states import CampaignState, RunState, Stream
from digest.operate.summary import summary_words
from digest.store.campaigns import Campaign
from digest.store.engine import database_time
from digest.store.heartbeats import ProcessKind
from digest.store.relays import find_relay
from digest.store.runs import plan_run
from tests.builders import NOW, a_sending_campaign, a_source
from tests.desk import an_account
from tests.integration.operate.sending import FAILED, SENT, send

DAY = timedelta(days=1)
DUE = NOW + timedelta(hours=1)  # 08:00 UTC
READERS = [f"reader{n}@mail.example" for n in range(30)]


@pytest.fixture
def told(db, settings):
    """Settings under which a summary is mailed, of a service with two operators."""
    seed_relay(db, settings, NOW - DAY)
    with db.begin() as session:
        an_account(session, "olga@news.example", Role.OPERATOR)
        an_account(session, "adam@news.example", Role.ADMIN)
        an_account(session, "edda@news.example", Role.EDITOR)
    return settings.model_copy(update={"summary_at": "08:00"})


def mail_all(db, settings, now):
    for ring in tick(db, now):
        if ring.work is Work.SUMMARY:
            mail_summary(db, settings, ring.id, now)


def mails(settings):
    folder = settings.home_path / "outbox" / "new"
    files = sorted(folder.iterdir()) if folder.exists() else []
    return [email.message_from_bytes(one.read_bytes(), policy=policy.default) for one in files]


def text_of(mail):
    return " ".join(mail.get_body(("plain",)).get_content().split())


def a_done_campaign(db, settings, outcome=SENT):
    campaign_id = a_sending_campaign(db, settings, READERS)
    send(db, campaign_id, len(READERS), outcome)
    tend_campaigns(db, NOW)
    return campaign_id


def test_it_is_mailed_once_to_each_operator_whatever_is_started_again(db, told):
    a_done_campaign(db, told)
    for minutes in (-1, 0, 1, 2, 90):
        now = DUE + timedelta(minutes=minutes)
        for _ in range(3):  # as many beats
            plan_summary(db, told, now)
        mail_all(db, told, now)
        assert len(mails(told)) == (0 if minutes < 0 else 2)
    assert sorted(mail["To"] for mail in mails(told)) == ["adam@news.example", "olga@news.example"]
    plan_summary(db, told, DUE + DAY)
    mail_all(db, told, DUE + DAY)
    assert len(mails(told)) == 4


def test_it_comes_by_the_clocks_of_its_zone(db, told):
    a_done_campaign(db, told)
    tokyo = told.model_copy(update={"summary_timezone": "Asia/Tokyo"})
    plan_summary(db, tokyo, NOW + timedelta(hours=15, minutes=59))  # 07:59 there
    mail_all(db, tokyo, NOW + timedelta(hours=15, minutes=59))
    assert not mails(tokyo)
    plan_summary(db, tokyo, NOW + timedelta(hours=16))
    mail_all(db, tokyo, NOW + timedelta(hours=16))
    assert "Wed 11 Mar, 08:00 JST" in text_of(mails(tokyo)[0])


def test_a_service_that_began_after_the_hour_and_one_that_was_long_away_mail_none(db, told):
    plan_summary(db, told, DUE)  # no list yet
    assert not list(tick(db, DUE))
    a_done_campaign(db, told)
    plan_summary(db, told, DUE + timedelta(hours=7))
    mail_all(db, told, DUE + timedelta(hours=7))
    assert not mails(told)


def test_what_no_relay_takes_is_tried_again(db, told):
    a_done_campaign(db, told)
    plan_summary(db, told, DUE)
    with db.begin() as session:
        find_relay(session, "default").enabled = False
    with pytest.raises(Transient):
        mail_all(db, told, DUE)
    with db.begin() as session:
        find_relay(session, "default").enabled = True
    mail_all(db, told, DUE + timedelta(minutes=2))
    assert len(mails(told)) == 2


def test_where_all_went_well_it_says_so_shortly(db, told):
    with db.read() as session:
        now = database_time(session)  # the doctor compares clocks
    for kind in ProcessKind:
        beat(db, told, kind, now)
    a_done_campaign(db, told)
    found = read_summary(db, told, DUE - DAY, now, now)
    assert found.headline == "Nothing to report; 1 edition, 30 mails sent"
    words = summary_words(found, "https://news.example")
    assert [part["title"] for part in words["parts"]] == ["Sent"]
    assert "30 readers: 30 sent." in words["parts"][0]["lines"][0]["notes"][0]


def test_what_did_not_go_is_there_with_its_reason_and_no_reader_is(db, told):
    campaign_id = a_done_campaign(db, told, FAILED._replace(reply="550 <address> is unknown"))
    with db.begin() as session:
        campaign = session.get_one(Campaign, campaign_id)
        for hours, state, reason in (
            (1, RunState.MISSED, "It could not go within 2 h of its time: nothing ran then."),
            (2, RunState.SKIPPED, "Nothing new arrived for reader3@mail.example."),
        ):
            plan_run(
                session,
                list_id=campaign.list_id,
                stream=Stream.WEEKLY,
                scheduled_at=NOW - timedelta(hours=hours),
                now=NOW,
                state=state,
                reason=reason,
            )
        a_source(
            session,
            failures=4,
            error="ledger.example answered 500 (Internal Server Error).",
            last_success_at=NOW - DAY,
        )
        a_source(
            session, "mirror", last_brief_at=NOW - 9 * DAY, usual_gap=3600, last_success_at=NOW
        )
    second = a_sending_campaign(db, told, ["ana@mail.example"], slug="second")
    with db.begin() as session:
        session.get_one(Campaign, second).move(CampaignState.PAUSED, "typo in the headline")
    plan_summary(db, told, DUE)
    mail_all(db, told, DUE)
    mail = mails(told)[0]
    text = text_of(mail)
    for words in (
        "Too many were refused or came back.",
        "30 refused: 100.00 % (the limit is 5 %).",
        "weekly, due Tue 10 Mar, 06:00 UTC",
        "nothing ran then.",
        "Nothing new arrived",
        "Paused: typo in the headline",
        "answered 500",
        "had nothing new for 9 d",
        "No beat is running",
    ):
        assert words in text, words
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            assert "reader3@mail.example" not in part.get_content()
            assert "@mail.example" not in part.get_content()


def test_keeping_up_writes_it_down(db, told):
    a_done_campaign(db, told)
    keep_up(db, told, DUE)
    assert [ring for ring in tick(db, DUE) if ring.work is Work.SUMMARY]


def test_a_campaign_that_goes_on_past_the_hour_is_counted_once(db, told):
    campaign_id = a_sending_campaign(db, told, READERS)
    send(db, campaign_id, 10, SENT)
    now = NOW + timedelta(days=1)
    first = read_summary(db, told, NOW, DUE, now)
    send(db, campaign_id, 20, SENT)
    tend_campaigns(db, DUE + timedelta(hours=1))
    second = read_summary(db, told, DUE, DUE + DAY, now + DAY)
    again = read_summary(db, told, NOW, DUE, now + DAY)
    assert [one.sent for one in (first, second, again)] == [0, 30, 0]
    assert len(first.campaigns) == 1
