"""What is no longer needed is forgotten, in small steps."""

from datetime import timedelta

from digest.actions import forget_old as module
from digest.actions.forget_old import forget_old
from digest.audience.greeting import greeting
from digest.domain.feedback import Effect, Evidence
from digest.domain.ids import first_id_at
from digest.domain.states import GreetingKind
from digest.store.feedback import FeedbackEvent
from digest.store.greetings import Greeting
from tests.builders import NOW, a_list, a_subscriber


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
