"""Who was silent for long is asked, and goes if silent still; off unless the list wants it."""

from datetime import timedelta

import pytest

from digest.actions.change_doors import change_doors
from digest.actions.change_preferences import keep_coming
from digest.actions.sunset import ANSWER_WITHIN, sunset
from digest.domain.errors import Illegal
from digest.domain.states import GreetingKind, SubscriptionState
from digest.store.greetings import Greeting
from digest.store.subscribers import Subscription, find_subscriber
from tests.builders import NOW, a_list, a_subscriber

DAY = timedelta(days=1)
WHO = {"now": NOW, "actor": "test"}


@pytest.fixture
def people(db, settings):
    with db.begin() as session:
        daily = a_list(session)
        for name, days in {"old": 400, "new": 100}.items():
            one = a_subscriber(session, settings, f"{name}@post.example", daily)
            one.subscriptions[0].confirmed_at = NOW - days * DAY
        return daily.id


def state(db, name):
    with db.read() as session:
        return find_subscriber(session, f"{name}@post.example").subscriptions[0]


def asked(db):
    with db.read() as session:
        return [row.kind for row in session.query(Greeting)]


def test_nobody_is_asked_unless_the_list_wants_it(db, people):
    sunset(db, NOW)
    assert asked(db) == []


def test_the_silent_are_asked_once_and_leave_after_a_month(db, people):
    change_doors(db, "daily", {"sunset_days": 365}, **WHO)
    for _ in range(2):
        sunset(db, NOW)
    assert asked(db) == [GreetingKind.STAY]
    sunset(db, NOW + ANSWER_WITHIN)
    assert state(db, "old").state is SubscriptionState.CONFIRMED
    sunset(db, NOW + ANSWER_WITHIN + DAY)
    assert (state(db, "old").state, state(db, "old").ended_how) == ("unsubscribed", "sunset")
    assert state(db, "new").state is SubscriptionState.CONFIRMED


def test_who_answers_stays_for_as_long_again(db, people):
    change_doors(db, "daily", {"sunset_days": 365}, **WHO)
    sunset(db, NOW)
    keep_coming(db, state(db, "old").subscriber_id, people, now=NOW + DAY)
    sunset(db, NOW + 60 * DAY)
    with db.read() as session:
        assert {one.state for one in session.query(Subscription)} == {SubscriptionState.CONFIRMED}
    assert len(asked(db)) == 1
    sunset(db, NOW + 367 * DAY)
    assert len(asked(db)) == 3, "both are silent by then"


@pytest.mark.parametrize("days", [0, 89, 3_651])
def test_a_wait_that_makes_no_sense_is_refused(db, people, days):
    with pytest.raises(Illegal, match="90 to 3650"):
        change_doors(db, "daily", {"sunset_days": days}, **WHO)
