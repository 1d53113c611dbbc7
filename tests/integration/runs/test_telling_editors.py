"""Editors are told of a run by mail and on the desk, each thing once, on both databases."""

import email
from email import policy

import pytest

from digest.actions.advance_run import advance_run
from digest.actions.approve_edition import approve_edition
from digest.actions.relays import add_relay, seed_relay
from digest.actions.tell_editors import mail_notice, put_away
from digest.actions.tick import Work, tick
from digest.domain.errors import Transient
from digest.domain.notice import NoticeWish
from digest.domain.role import Role
from digest.domain.states import EditionState
from digest.store.accounts import account_of
from digest.store.editions import Edition
from digest.store.notices import NoticeRecipient, notices_to, notices_to_mail
from tests.builders import a_list
from tests.desk import an_account
from tests.integration.runs.test_runs import (
    HOUR,
    MINUTE,
    NOW,
    RUN_AT,
    newsroom,
    require_approval,
    rows,
)

__all__ = ["newsroom"]  # a fixture


def mails_due(db, at):
    with db.read() as session:
        return notices_to_mail(session, at)


@pytest.fixture
def edda(db, settings, newsroom):
    """An editor in London; her list wants approval, and a brief has arrived."""
    seed_relay(db, settings, NOW)
    require_approval(db)
    with db.begin() as session:
        an_account(session).timezone = "Asia/Tokyo"
        other = a_list(session, "night")
        an_account(session, "nils@news.example", None, lists={other.id: Role.EDITOR})
        an_account(session, "rea@news.example", Role.READER)
    newsroom(1, NOW)
    return "edda@news.example"


def step(db, settings, now):
    """What beat and workers do at ``now``, but for sending and collecting."""
    for _ in range(3):
        for ring in list(tick(db, now)):
            if ring.work is Work.ADVANCE:
                advance_run(db, settings, ring.id, now)
            elif ring.work is Work.NOTIFY:
                mail_notice(db, settings, ring.id, now)


def mails(settings):
    folder = settings.home_path / "outbox" / "new"
    files = sorted(folder.iterdir()) if folder.exists() else []
    found = [email.message_from_bytes(one.read_bytes(), policy=policy.default) for one in files]
    return sorted((one["To"], one["Subject"]) for one in found)


def text_of_the_last(settings):
    files = (settings.home_path / "outbox" / "new").iterdir()
    last = max(files, key=lambda file: (file.stat().st_mtime_ns, file.name))
    mail = email.message_from_bytes(last.read_bytes(), policy=policy.default)
    return mail.get_body(("plain",)).get_content()


def shown(db, address="edda@news.example"):
    with db.read() as session:
        return [one.kind for one in notices_to(session, account_of(session, address).id)]


def test_each_thing_is_told_once_to_those_who_may_approve_and_to_nobody_else(db, settings, edda):
    said = []
    for minutes in (60, 59, 30, 15, 14, 1, 0, -1, -30):
        step(db, settings, RUN_AT - minutes * MINUTE)
        said.append((minutes, shown(db)[0].value, len(mails(settings))))
    assert said == [
        (60, "draft_ready", 1),
        (59, "draft_ready", 1),
        (30, "draft_ready", 1),
        (15, "deadline_near", 2),
        (14, "deadline_near", 2),
        (1, "deadline_near", 2),
        (0, "approval_missing", 3),
        (-1, "approval_missing", 3),
        (-30, "approval_missing", 3),
    ]
    assert mails(settings) == [
        (edda, "The Daily Brief no. 1: it is nearly time, and nobody has approved it"),
        (edda, "The Daily Brief no. 1: its time has come, and nobody has approved it"),
        (edda, "The Daily Brief no. 1: the draft is ready"),
    ]
    assert shown(db, "nils@news.example") == shown(db, "rea@news.example") == []


def test_a_mail_says_when_in_the_editors_own_zone(db, settings, edda):
    step(db, settings, RUN_AT - HOUR)
    text = text_of_the_last(settings)
    assert "It goes at Tue 10 Mar, 18:00 JST, once somebody has approved it." in text
    (edition,) = rows(db, Edition)
    assert f"https://news.example/desk/editions/{edition.id}" in text
    step(db, settings, RUN_AT)
    assert "Unless it is approved by Tue 10 Mar, 20:00 JST, it is missed." in text_of_the_last(
        settings
    )


def test_nothing_more_is_said_once_somebody_has_approved(db, settings, edda):
    step(db, settings, RUN_AT - HOUR)
    (edition,) = rows(db, Edition)
    approve_edition(db, settings, edition.id, now=RUN_AT - 30 * MINUTE, actor=edda)
    step(db, settings, RUN_AT - 10 * MINUTE)
    step(db, settings, RUN_AT)
    assert len(mails(settings)) == 1
    assert shown(db) == []


@pytest.mark.parametrize(("wish", "n"), [(NoticeWish.URGENT, 1), (NoticeWish.NONE, 0)])
def test_who_wants_fewer_mails_gets_fewer_and_sees_all_on_the_desk(db, settings, edda, wish, n):
    with db.begin() as session:
        account_of(session, edda).notices = wish
    step(db, settings, RUN_AT - HOUR)
    assert len(mails(settings)) == 0
    assert [kind.value for kind in shown(db)] == ["draft_ready"]
    step(db, settings, RUN_AT)
    assert len(mails(settings)) == n
    assert [kind.value for kind in shown(db)] == ["approval_missing"]


def test_what_was_put_away_stays_away_until_there_is_something_new(db, settings, edda):
    step(db, settings, RUN_AT - HOUR)
    with db.read() as session:
        account = account_of(session, edda).id
        (notice,) = notices_to(session, account)
    put_away(db, account, notice.run_id, RUN_AT - HOUR)
    assert shown(db) == []
    step(db, settings, RUN_AT - 30 * MINUTE)
    assert shown(db) == []
    step(db, settings, RUN_AT - 15 * MINUTE)
    assert [kind.value for kind in shown(db)] == ["deadline_near"]


def test_a_mail_that_no_relay_takes_is_tried_again_for_some_minutes(db, settings, edda):
    add_relay(db, settings, name="default", url="smtp://127.0.0.1:9", now=NOW, actor="test")
    at = RUN_AT - HOUR
    for ring in list(tick(db, at)):
        if ring.work is Work.ADVANCE:
            advance_run(db, settings, ring.id, at)
    (mail,) = mails_due(db, at)
    with pytest.raises(Transient):
        mail_notice(db, settings, mail, at)
    assert mails_due(db, at) == []
    assert mails_due(db, at + MINUTE) == [mail]
    for minutes in (1, 3, 8, 23):
        with pytest.raises(Transient):
            mail_notice(db, settings, mail, at + minutes * MINUTE)
    with db.read() as session:
        row = session.get(NoticeRecipient, mail)
    assert (row.next_at, row.mailed_at, row.reason) == (None, None, "no relay took it")
    assert [kind.value for kind in shown(db)] == ["draft_ready"], "the desk says it all the same"


def test_a_mail_that_was_held_up_is_not_sent_once_it_is_no_longer_so(db, settings, edda):
    add_relay(db, settings, name="default", url="smtp://127.0.0.1:9", now=NOW, actor="test")
    at = RUN_AT - HOUR
    for ring in list(tick(db, at)):
        if ring.work is Work.ADVANCE:
            advance_run(db, settings, ring.id, at)
    (mail,) = mails_due(db, at)
    with pytest.raises(Transient):
        mail_notice(db, settings, mail, at)
    maildir = f"maildir://{settings.home_path}/outbox"
    add_relay(db, settings, name="default", url=maildir, now=NOW, actor="test")
    (edition,) = rows(db, Edition)
    assert edition.state is EditionState.DRAFT
    approve_edition(db, settings, edition.id, now=at + MINUTE, actor=edda)
    mail_notice(db, settings, mail, at + MINUTE)
    assert mails(settings) == []
    assert mails_due(db, at + HOUR) == []
