"""Many who press a mailbox's own button at the same time."""

import asyncio
from uuid import uuid4

from sqlalchemy import event, select

from digest.domain.errors import NotFound
from digest.domain.states import SubscriptionState
from digest.store.audit import AuditEntry
from digest.store.engine import StoreUnavailable
from digest.store.subscribers import Subscription
from digest.web.one_click import OneClicks
from tests.builders import a_list, many_subscribers

ADDRESSES = [f"reader{n}@post.example" for n in range(30)]


def places_of(db, settings):
    with db.begin() as session:
        many_subscribers(session, settings, ADDRESSES, a_list(session))
        pair = select(Subscription.subscriber_id, Subscription.list_id)
        return [tuple(row) for row in session.execute(pair)]


def press(one_clicks, places):
    """What became of each press: None, or what went wrong."""

    async def all_at_once():
        return await asyncio.gather(*map(one_clicks.leave, places), return_exceptions=True)

    return asyncio.run(all_at_once())


def test_all_who_press_together_have_left_and_each_is_recorded(db, settings):
    places = places_of(db, settings)
    commits = []
    event.listen(db.engine, "commit", commits.append)
    assert press(OneClicks(db), places) == [None] * len(places)
    assert len(commits) <= 2  # the first goes alone, or with all; the others wait for it
    with db.read() as session:
        states = set(session.scalars(select(Subscription.state)))
        told = session.scalars(select(AuditEntry).where(AuditEntry.action == "unsubscribed")).all()
    assert states == {SubscriptionState.UNSUBSCRIBED}
    assert len(told) == len({entry.noun_id for entry in told}) == len(places)


def test_one_who_is_unknown_or_presses_twice_keeps_nobody_from_leaving(db, settings):
    places = places_of(db, settings)
    stranger = uuid4(), places[0][1]
    answers = press(OneClicks(db), [places[0], stranger, places[0], places[1]])
    assert isinstance(answers[1], NotFound)
    assert answers[0] is answers[2] is answers[3] is None
    with db.read() as session:
        left = select(Subscription.subscriber_id).where(
            Subscription.state == SubscriptionState.UNSUBSCRIBED
        )
        assert set(session.scalars(left)) == {places[0][0], places[1][0]}


def test_no_error_is_raised_twice_since_it_would_keep_what_was_at_hand_each_time(db, settings):
    strangers = [(uuid4(), uuid4()) for _ in range(3)]
    answers = press(OneClicks(db), strangers)
    assert [type(answer) for answer in answers] == [NotFound] * 3
    assert len({id(answer) for answer in answers}) == 3


def test_a_database_that_is_away_is_told_to_all_and_the_next_press_counts(db, settings):
    places = places_of(db, settings)
    one_clicks = OneClicks(db)

    def away(*_):
        raise StoreUnavailable("The database doesn't answer.")

    event.listen(db.engine, "begin", away)
    assert {type(answer) for answer in press(one_clicks, places[:3])} == {StoreUnavailable}
    event.remove(db.engine, "begin", away)
    assert press(one_clicks, places) == [None] * len(places)
