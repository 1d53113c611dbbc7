"""Putting people on lists, and what keeps us from it."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from digest.actions.subscribe import add_subscriber
from digest.actions.suppress_address import suppress_address
from digest.actions.unsubscribe import unsubscribe, unsubscribe_all
from digest.actions.unsuppress_address import unsuppress_address
from digest.audience.membership import Left
from digest.domain.errors import Illegal, NotFound
from digest.domain.states import SubscriptionState
from digest.store.audit import AuditEntry
from digest.store.subscribers import Subscriber, get_subscription
from tests.builders import NOW, a_list

LATER = NOW + timedelta(days=1)


@pytest.fixture
def add(db, settings):
    with db.begin() as session:
        a_list(session, sections=("Trade", "Water"), language="de")
        a_list(session, "night", name="Night Desk")

    def call(address="Ana@Post.EXAMPLE", list_slug="daily", **values):
        given = {"now": NOW, "actor": "test"} | values
        return add_subscriber(db, settings, address, list_slug=list_slug, **given)

    return call


def place_of(db, done):
    with db.read() as session:
        found = get_subscription(session, done.subscriber_id, done.list_id)
    assert found is not None
    return found


def test_a_new_person_is_confirmed_under_the_roster_key_with_the_lists_language(db, add):
    done = add(name="Ana\r\nLima", timezone="Europe/Lisbon", local_hour=7, topics=["water"])
    place = place_of(db, done)
    assert done.what == "added"
    assert place.subscriber.address == "Ana@post.example"
    assert place.subscriber.name == "Ana Lima"
    assert (place.state, place.confirmed_at) == (SubscriptionState.CONFIRMED, NOW)
    assert (place.local_hour, place.timezone) == (7, "Europe/Lisbon")
    assert (place.choices.topics, place.choices.language) == (("Water",), "de")


def test_adding_again_changes_what_is_given_and_nothing_else(db, add):
    add(local_hour=7, topics=["Water"])
    assert add(now=LATER).what == "unchanged"
    done = add(text_only=True, now=LATER)
    place = place_of(db, done)
    assert done.what == "changed"
    assert (place.local_hour, place.choices.topics) == (7, ("Water",))
    assert place.choices.text_only
    assert place.confirmed_at == NOW
    with db.read() as session:
        assert session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all() == [
            "added",
            "changed",
        ]


def test_a_pending_person_gets_confirmed(db, add):
    assert place_of(db, add(confirmed=False)).state is SubscriptionState.PENDING
    done = add(now=LATER)
    assert (done.what, place_of(db, done).confirmed_at) == ("confirmed", LATER)


def test_who_left_is_not_brought_back_unless_they_asked(db, add):
    done = add()
    unsubscribe(db, done.subscriber_id, done.list_id, how=Left.PAGE, now=NOW)
    with pytest.raises(Illegal, match="left The Daily Brief on 2026-03-10; add --resubscribe"):
        add(now=LATER, topics=["Water"])
    assert place_of(db, done).choices.topics == ()
    assert add(now=LATER, resubscribe=True).what == "returned"
    place = place_of(db, done)
    assert (place.state, place.ended_at) == (SubscriptionState.CONFIRMED, None)


def test_who_left_all_lists_is_on_none_until_they_ask(db, add):
    done = add()
    unsubscribe_all(db, done.subscriber_id, done.list_id, how=Left.PAGE_ALL, now=NOW)
    with pytest.raises(Illegal, match=r"unsubscribed all.*--resubscribe"):
        add(list_slug="night")
    assert add(list_slug="night", resubscribe=True).what == "added"
    assert place_of(db, done).state is SubscriptionState.UNSUBSCRIBED


def test_a_suppressed_address_is_refused_until_that_is_lifted(db, add, settings):
    assert suppress_address(db, settings, "Ana@post.example", now=NOW, actor="test")
    assert not suppress_address(db, settings, "Ana@post.example", now=NOW, actor="test")
    for asked in (False, True):
        with pytest.raises(Illegal, match="suppressed"):
            add(resubscribe=asked)
    unsuppress_address(db, settings, "Ana@post.example", now=NOW, actor="test")
    assert add().what == "added"
    with pytest.raises(NotFound, match="not suppressed"):
        unsuppress_address(db, settings, "Ana@post.example", now=NOW, actor="test")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "ana at post.example"},
        {"address": "ana@post.example\r\nBcc: x@y.example"},
        {"list_slug": "nowhere"},
        {"topics": ["Sport"]},
        {"local_hour": 24},
        {"timezone": "Europe/Atlantis"},
        {"stream": "hourly"},
        {"name": "n" * 500},
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(db, add, wrong):
    with pytest.raises(Illegal):
        add(**wrong)
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Subscriber)) == 0


def test_two_who_add_the_same_address_at_once_make_one_person(db, add):
    done, start = [], threading.Barrier(2)

    def run():
        start.wait()
        done.append(add())

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.what for each in done) == ["added", "unchanged"]
    assert len({each.subscriber_id for each in done}) == 1
