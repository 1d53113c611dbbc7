"""Claims and results that PostgreSQL gets in one piece: they do what the steps do, or nothing."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from digest.domain.delivery import Outcome
from digest.domain.states import CampaignState, DeliveryState, SubscriptionState
from digest.store.campaigns import lock_campaign
from digest.store.claims import Claim
from digest.store.deliveries import Delivery
from digest.store.one_piece import NotDone, in_one_piece
from digest.store.results import record_all
from digest.store.subscribers import Subscription
from tests.builders import NOW, a_sending_campaign
from tests.ledger import balanced

ADDRESSES = [f"reader{n}@mail.example" for n in range(60)]
SENT = Outcome(DeliveryState.SENT, reply="250 2.0.0 ok", sent_at=NOW)


KEY = uuid4()


def a_claim(campaign_id, owner, size=10):
    return Claim(campaign_id, owner, NOW, size, 30.0, key_id=KEY)


def begin(db, campaign_id, owner, size=10):
    """A first window, as every sender claims it, and where to go on."""
    with db.begin() as session:
        return a_claim(campaign_id, owner, size).window(session)


def go_on(db, campaign_id, owner, near, size=10):
    claim = a_claim(campaign_id, owner, size)
    with in_one_piece(db) as line:
        answer = claim.go_on(line, near)
    return claim.gone_on(near, answer.rows())


def shared_by(window):
    """What all of a window's deliveries have in common."""
    own = {"id": None, "address": None, "subscriber_id": None, "message_key": None}
    (shared,) = {claimed._replace(**own) for claimed in window}
    return shared


def row_of(db, claimed):
    with db.read() as session:
        row = session.get_one(Delivery, claimed.id)
        noted = (row.state, row.owner, row.claims, row.key_id, row.first_try_at, row.tries)
        return noted, row.lease_until is not None


def test_going_on_claims_what_the_steps_claim(served, settings):
    campaign_id = a_sending_campaign(served, settings, ADDRESSES[:25], batch_size=25)
    owner = uuid4()
    first, near = begin(served, campaign_id, owner)
    second, near = go_on(served, campaign_id, owner, near)
    third, nowhere = go_on(served, campaign_id, owner, near)
    assert [claimed.address for claimed in (*first, *second, *third)] == ADDRESSES[:25]
    assert nowhere is None, "the batch has come to its end"
    assert shared_by(second) == shared_by(first)
    assert row_of(served, second[0]) == row_of(served, first[0])
    assert balanced(served, campaign_id) == {DeliveryState.SENDING: 25}


def test_a_second_try_keeps_the_time_and_the_key_of_its_first(served, settings):
    campaign_id = a_sending_campaign(served, settings, ADDRESSES[:20], batch_size=20)
    owner = uuid4()
    first, near = begin(served, campaign_id, owner)
    later = Outcome(DeliveryState.DEFERRED, reply="450 4.2.0 later", next_at=NOW)
    with in_one_piece(served) as line:
        record_all(line, owner, [(claimed, later) for claimed in first])
    with served.begin() as session:
        session.execute(update(Delivery).values(key_id=None))
    claim = Claim(campaign_id, owner, NOW.replace(year=2027), 20, 30.0, key_id=uuid4())
    with in_one_piece(served) as line:
        answer = claim.go_on(line, replace(near, after=near.first))
    again, _ = claim.gone_on(near, answer.rows())
    assert [(one.tries, one.first_try_at.year, one.key_id is None) for one in again] == [
        *[(1, NOW.year, True)] * 10,
        *[(0, 2027, False)] * 10,
    ]
    assert balanced(served, campaign_id) == {DeliveryState.SENDING: 20}


def test_who_left_stays_where_they_are_for_the_steps_to_finish(served, settings):
    campaign_id = a_sending_campaign(served, settings, ADDRESSES[:20], batch_size=20)
    owner = uuid4()
    _, near = begin(served, campaign_id, owner)
    with served.begin() as session:
        ids = session.scalars(select(Subscription.id).order_by(Subscription.id)).all()
        left = update(Subscription).where(Subscription.id == ids[12])
        session.execute(left.values(state=SubscriptionState.UNSUBSCRIBED))
    window, nowhere = go_on(served, campaign_id, owner, near)
    assert [claimed.address for claimed in window] == [*ADDRESSES[10:12], *ADDRESSES[13:20]]
    assert nowhere is None, "so that the next claim takes the steps"
    assert begin(served, campaign_id, owner) == ([], None)
    assert balanced(served, campaign_id) == {
        DeliveryState.SENDING: 19,
        DeliveryState.SUPPRESSED: 1,
    }


def test_nothing_comes_of_a_paused_campaign_or_a_batch_that_somebody_holds(served, settings):
    campaign_id = a_sending_campaign(served, settings, ADDRESSES, batch_size=60)
    _, near = begin(served, campaign_id, uuid4())
    with served.begin() as session:
        a_claim(campaign_id, uuid4()).window(session)
        assert go_on(served, campaign_id, uuid4(), near) == ([], None)
    with served.begin() as session:
        lock_campaign(session, campaign_id).move(CampaignState.PAUSED, "for now")
    assert go_on(served, campaign_id, uuid4(), near) == ([], None)
    assert balanced(served, campaign_id) == {DeliveryState.QUEUED: 40, DeliveryState.SENDING: 20}


def test_many_who_go_on_in_one_batch_at_once_never_take_the_same_row(served, settings):
    addresses = [f"reader{n}@mail.example" for n in range(400)]
    campaign_id = a_sending_campaign(served, settings, addresses, batch_size=400)
    _, near = begin(served, campaign_id, uuid4(), size=4)

    def take(_):
        owner, taken, misses = uuid4(), [], 0
        while misses < 30:
            window, _ = go_on(served, campaign_id, owner, near, size=4)
            misses = 0 if window else misses + 1
            taken += [claimed.id for claimed in window]
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = [id_ for ids in pool.map(take, range(4)) for id_ in ids]
    assert len(taken) == len(set(taken)) == 396
    assert balanced(served, campaign_id) == {DeliveryState.SENDING: 400}


def test_results_are_recorded_all_or_where_one_is_not_ours_any_more_none(served, settings):
    campaign_id = a_sending_campaign(served, settings, ADDRESSES[:10], batch_size=10)
    owner = uuid4()
    window, _ = begin(served, campaign_id, owner)
    results = [(claimed, SENT) for claimed in window]
    with served.begin() as session:
        lost = update(Delivery).where(Delivery.id == window[4].id)
        session.execute(lost.values(owner=uuid4()))

    def record(some):
        with in_one_piece(served) as line:
            record_all(line, owner, some)

    with pytest.raises(NotDone):
        record(results)
    assert balanced(served, campaign_id) == {DeliveryState.SENDING: 10}
    record([one for one in results if one[0] != window[4]])
    assert balanced(served, campaign_id) == {DeliveryState.SENDING: 1, DeliveryState.SENT: 9}
