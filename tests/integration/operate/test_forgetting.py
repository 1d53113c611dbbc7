"""What is no longer needed is forgotten, in small steps."""

from dataclasses import replace
from datetime import timedelta

import pytest

from digest.actions import forget_old as module
from digest.actions.collect_source import store_briefs
from digest.actions.forget_old import forget_old
from digest.audience.greeting import greeting
from digest.clock import utc_now
from digest.domain.alarm import AlarmKind
from digest.domain.brief import CollectedBrief, RelatedLink
from digest.domain.counting import link_key
from digest.domain.feedback import Effect, Evidence
from digest.domain.ids import first_id_at
from digest.domain.states import GreetingKind, RunState, Stream
from digest.store.accounts import AccountLink, LinkPurpose
from digest.store.alarms import Alarm
from digest.store.audit import AuditEntry
from digest.store.briefs import latest_briefs
from digest.store.feedback import FeedbackEvent
from digest.store.greetings import Greeting
from digest.store.links import LinkDay, add_hits, keep_links, target_of
from digest.store.pings import OF_SERVICE, Ping, note_service
from digest.store.runs import Run
from digest.store.sources import Source
from digest.store.summaries import SummaryMail
from tests.builders import NOW, a_list, a_source, a_subscriber, an_edition
from tests.desk import an_account


def an_event(n, at):
    return FeedbackEvent(
        id=type(first_id_at(at))(int=first_id_at(at).int + n),
        key=f"{at}{n}",
        channel="mail",
        at=at,
        evidence=Evidence.MESSAGE,
        effect=Effect.COUNTED,
        findings=(),
        raw=b"x",
    )


def raw(db):
    with db.read() as session:
        events = session.query(FeedbackEvent).order_by(FeedbackEvent.id)
        return [one.raw is not None for one in events]


def test_old_mails_go_a_few_at_a_time_and_what_they_did_stays(db, settings, monkeypatch):
    monkeypatch.setattr(module, "AT_ONCE", 2)
    old = NOW - timedelta(days=30, seconds=1)
    with db.begin() as session:
        session.add_all([an_event(n, old) for n in range(3)])
        session.add(an_event(9, NOW - timedelta(days=29)))
    forget_old(db, settings, NOW)
    assert raw(db) == [False, False, True, True]
    for _ in range(2):
        forget_old(db, settings, NOW)
    assert raw(db) == [False, False, False, True]


def test_an_address_that_nobody_moved_to_is_forgotten_after_a_week(db, settings):
    with db.begin() as session:
        ana = a_subscriber(session, settings, "ana@post.example", a_list(session))
        (place,) = ana.subscriptions
        for days in (6, 8):
            mail = greeting(place, GreetingKind.MOVE, NOW - timedelta(days=days))
            mail.address = f"new{days}@post.example"
            session.add(mail)
    forget_old(db, settings, NOW)
    with db.read() as session:
        found = [one.address for one in session.query(Greeting).order_by(Greeting.created_at)]
    assert found == [None, "new6@post.example"]


def old_id(n, at):
    """An id as it would have been made then."""
    return type(first_id_at(at))(int=first_id_at(at).int + n)


LONG_AFTER = utc_now() + timedelta(days=800)
OLD, YOUNG = NOW - timedelta(days=800), NOW - timedelta(days=2)


def audited(n, at):
    return AuditEntry(
        id=old_id(n, at), at=at, actor="ana", action="paused", noun="campaign", noun_id="1"
    )


def a_summary(n, at):
    return SummaryMail(
        id=old_id(n, at), day=at.date(), address="ana@news.example", until=at, next_at=None
    )


def an_alarm(n, at):
    said = {"sentence": "It stands still.", "remedy": "Look."}
    return Alarm(
        id=old_id(n, at),
        kind=next(iter(AlarmKind)),
        subject=str(n),
        opened_at=at,
        closed_at=at if n else None,
        **said,
    )


def a_run(n, at, mailing_list):
    return Run(
        id=old_id(n, at),
        list_id=mailing_list.id,
        stream=Stream.EACH,
        scheduled_at=at + timedelta(hours=n),
        state=RunState.DONE,
        created_at=at,
        changed_at=at,
    )


@pytest.mark.parametrize("make", [audited, a_summary, an_alarm, an_event])
def test_of_each_kind_the_old_go_and_the_young_stay(db, settings, make):
    with db.begin() as session:
        session.add_all([make(1, OLD), make(2, YOUNG)])
        row = type(make(1, OLD))
    forget_old(db, settings, NOW)
    with db.read() as session:
        assert [one.id for one in session.query(row)] == [old_id(2, YOUNG)]


def test_an_alarm_that_is_open_stays_however_old_it_is(db, settings):
    with db.begin() as session:
        session.add(an_alarm(0, OLD))
    forget_old(db, settings, NOW)
    with db.read() as session:
        assert session.query(Alarm).count() == 1


def test_a_run_with_an_edition_stays_and_one_that_came_to_nothing_goes(db, settings):
    with db.begin() as session:
        mailing_list = a_list(session)
        for n, state in enumerate((RunState.DONE, RunState.SKIPPED, RunState.MISSED)):
            run = a_run(n, OLD, mailing_list)
            run.state = state
            session.add(run)
        session.flush()
        an_edition(session, mailing_list, run_id=old_id(1, OLD))
    forget_old(db, settings, NOW)
    with db.read() as session:
        kept = [run.state for run in session.query(Run).order_by(Run.id)]
    assert kept == [RunState.DONE, RunState.SKIPPED]


def test_an_old_brief_keeps_its_names_so_that_it_is_never_new_again(db, settings):
    item = CollectedBrief(
        guid="one",
        url="https://ledger.example/1",
        title="Harbour closes",
        body=("The long story.",),
        related=(RelatedLink("Also", None, ""),),
    )
    with db.begin() as session:
        source_id = a_source(session).id
        assert collect(session, source_id, item) == (1, 0)
    forget_old(db, settings, LONG_AFTER)
    with db.begin() as session:
        brief = latest_briefs(session, 1)[0]
        assert (brief.title, brief.body, brief.related) == ("Harbour closes", (), [])
        assert collect(session, source_id, item) == (0, 0), "known, and unchanged"
        moved = replace(item, url="https://ledger.example/1-moved")
        assert collect(session, source_id, moved) == (0, 1), "known by what its source calls it"
        assert brief.arrived_at == NOW
    assert forget_old(db, settings, LONG_AFTER)["bodies of briefs"] == 1, "and forgotten again"


def collect(session, source_id, item):
    return store_briefs(session, session.get_one(Source, source_id), [item], NOW)


def test_a_ping_goes_whether_it_got_out_or_was_given_up_and_that_of_the_service_stays(db, settings):
    with db.begin() as session:
        mailing_list = a_list(session)
        for n, at, told_at in ((1, OLD, OLD), (2, OLD, None), (3, YOUNG, None)):
            run = a_run(n, at, mailing_list)
            session.add(run)
            session.flush()
            session.add(Ping(id=old_id(n, at), run_id=run.id, next_at=None, told_at=told_at))
        note_service(session, NOW)
    assert forget_old(db, settings, NOW)["pings of runs"] == 2
    with db.read() as session:
        assert {one.id for one in session.query(Ping)} == {old_id(3, YOUNG), OF_SERVICE}


def test_counts_of_an_old_editions_links_go_and_its_links_still_lead_somewhere(db, settings):
    url = "https://ledger.example/1"
    with db.begin() as session:
        mailing_list = a_list(session)
        for n, at in ((1, OLD), (2, YOUNG)):
            edition = an_edition(session, mailing_list, id=old_id(n, at), number=n)
            keep_links(session, edition.id, [url])
            add_hits(session, {(edition.id, link_key(url), NOW.date()): 3})
    assert forget_old(db, settings, NOW)["counts of links"] == 1
    assert "counts of links" not in forget_old(db, settings, NOW)
    with db.read() as session:
        assert {one.edition_id for one in session.query(LinkDay)} == {old_id(2, YOUNG)}
        assert target_of(session, old_id(1, OLD), link_key(url)) == url


def test_a_link_to_an_account_goes_a_day_after_it_expired(db, settings):
    with db.begin() as session:
        account = an_account(session)
        for name, expired in (("old", timedelta(hours=25)), ("young", timedelta(hours=1))):
            link = AccountLink(id=name, purpose=LinkPurpose.RESET, account_id=account.id)
            link.created_at, link.expires_at = OLD, NOW - expired
            session.add(link)
    forget_old(db, settings, NOW)
    with db.read() as session:
        assert [one.id for one in session.query(AccountLink)] == ["young"]
