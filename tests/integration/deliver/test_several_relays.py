"""Several relays: shares by weight, and what happens when one of them fails."""

import threading
import time
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from digest.actions.relays import (
    add_relay,
    enable_relay,
    limit_connections,
    open_lines,
    weigh_relay,
)
from digest.actions.throttles import set_relay_rate
from digest.domain.errors import Illegal
from digest.domain.states import DeliveryState
from digest.store.connections import ConnectionLease
from digest.store.engine import db_now
from digest.store.relays import find_relay
from tests.builders import NOW, a_sending_campaign
from tests.faults.relay import FaultyRelay, Manners

WHO = {"now": NOW, "actor": "test"}


def people(n, kind="reader"):
    return [f"{kind}+{i}@mail.example" for i in range(n)]


@pytest.fixture
def second(db, settings, office):
    """A relay beside the office's own, ``main``."""
    with ExitStack() as stack:
        relay = stack.enter_context(FaultyRelay(Manners(keep_content=True)))
        add_relay(db, settings, name="second", url=relay.url, **WHO)
        yield relay


def all_kept(*relays):
    return sum((relay.copies for relay in relays), Counter())


def test_relays_share_a_campaign_by_their_weights(db, settings, office, second):
    weigh_relay(db, name="main", weight=3, **WHO)
    campaign_id = a_sending_campaign(db, settings, people(400))
    office.finish(campaign_id, rounds=1)
    assert set(all_kept(office.relay, second).values()) == {1}
    assert len(second.ledger) >= 20, "it has two of eight lines"
    assert len(office.relay.ledger) > len(second.ledger)
    with db.read() as session:
        ids = {find_relay(session, name).id: name for name in ("main", "second")}
    kept = {"main": office.relay.copies, "second": second.copies}
    for address, row in office.rows(campaign_id).items():
        assert kept[ids[row.relay_id]][address] == 1, "the row says which relay took it"


def test_when_one_rests_the_others_carry_on(db, settings, office, second):
    campaign_id = a_sending_campaign(db, settings, people(300))
    second.stop()
    report = office.deliver(campaign_id)
    assert (report.counts, report.relay_error) == ({DeliveryState.SENT: 300}, None)
    with db.read() as session:
        resting = find_relay(session, "second")
        assert resting.resting_until == NOW + timedelta(seconds=5)
        assert "can't be reached" in resting.error
        assert find_relay(session, "main").error is None
    office.finish(campaign_id, rounds=1)
    assert office.judge(campaign_id).possible_copies == 0


def test_a_relay_that_fails_in_the_middle_leaves_its_mails_to_the_others(
    db, settings, office, second
):
    second.manners.per_connection = 3

    def fail() -> None:
        if len(second.ledger) >= 30:
            second.manners.per_connection = 0  # a greeting, and 421 to each mail

    office.clock.watch.append(fail)
    campaign_id = a_sending_campaign(db, settings, people(300))
    assert office.deliver(campaign_id).relay_error is None
    office.clock.watch.clear()
    second.manners.per_connection = 3  # else what waits may meet the broken one again and again
    office.finish(campaign_id)
    copies = all_kept(office.relay, second)
    assert (len(copies), set(copies.values())) == (300, {1})
    assert office.audit(campaign_id).possible_copies == 0


def test_a_campaign_waits_only_when_all_rest_and_fails_nobody(db, settings, office, second):
    campaign_id = a_sending_campaign(db, settings, people(40))
    office.relay.stop()
    second.stop()
    assert "can't be reached" in office.deliver(campaign_id).relay_error
    assert office.audit(campaign_id).counts == {DeliveryState.QUEUED: 40}
    assert {row.tries for row in office.rows(campaign_id).values()} == {0}
    second.start()
    assert not office.deliver(campaign_id).counts, "both rest"
    office.clock.step(seconds=6)
    assert office.finish(campaign_id, rounds=1).counts == {DeliveryState.SENT: 40}
    assert len(second.ledger) == 40


def test_a_second_try_may_go_through_any_relay(db, settings, office, second):
    enable_relay(db, name="second", enabled=False, **WHO)
    second.manners.lasts = {"r450": 0}
    campaign_id = a_sending_campaign(db, settings, people(12, "r450"))
    assert office.deliver(campaign_id).counts == {DeliveryState.DEFERRED: 12}
    enable_relay(db, name="second", enabled=True, **WHO)
    enable_relay(db, name="main", enabled=False, **WHO)
    office.clock.step(minutes=2)
    assert office.deliver(campaign_id).counts == {DeliveryState.SENT: 12}
    assert set(second.copies.values()) == {1}
    assert not office.relay.copies


def test_a_spare_relay_is_used_only_while_all_others_rest(db, settings, office, second):
    weigh_relay(db, name="second", weight=0, **WHO)
    campaign_id = a_sending_campaign(db, settings, people(60))
    office.relay.stop()
    assert office.deliver(campaign_id).relay_error is not None
    assert not second.ledger, "it does not begin in the middle of a stint"
    assert office.deliver(campaign_id).counts == {DeliveryState.SENT: 60}
    assert len(second.ledger) == 60


def test_senders_share_the_connections_that_a_relay_allows(db, settings, office):
    """Three senders, of which each would open four."""
    limit_connections(db, name="main", connections=5, **WHO)
    campaign_id = a_sending_campaign(db, settings, people(200), batch_size=50)
    most: list[int] = []

    def work() -> None:
        while len(office.relay.ledger) < 200:  # each round is a ring of the tick
            office.deliver(campaign_id)

    office.clock.watch.append(lambda: most.append(office.relay.open_connections))
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    office.clock.watch.clear()
    assert 0 < max(most) <= 5
    assert set(office.relay.copies.values()) == {1}
    office.finish(campaign_id, rounds=1)
    with db.read() as session:
        assert not session.scalars(select(ConnectionLease)).all(), "all are given back"


def test_what_a_dead_sender_had_is_free_after_a_while(db, settings, office):
    limit_connections(db, name="main", connections=1, **WHO)
    campaign_id = a_sending_campaign(db, settings, people(5))
    fleet = open_lines(db, settings, NOW)
    assert [len(one.lines) for one in fleet.relays] == [1]
    assert not office.deliver(campaign_id).counts, "it has the only one"
    with db.begin() as session:
        session.execute(update(ConnectionLease).values(lease_until=db_now(-1)))
    assert office.deliver(campaign_id).counts == {DeliveryState.SENT: 5}


def test_taking_a_relay_out_of_use_acts_within_seconds(db, settings, office, second):
    for name in ("main", "second"):
        set_relay_rate(db, name, "40/s", **WHO)
    campaign_id = a_sending_campaign(db, settings, people(1000))
    worker = threading.Thread(target=office.deliver, args=(campaign_id, 20))
    worker.start()
    while len(second.ledger) < 5 and worker.is_alive():
        time.sleep(0.01)
    enable_relay(db, name="second", enabled=False, **WHO)
    at = time.monotonic()
    worker.join()
    assert time.monotonic() - at < 5, "the stint ended, so that the next goes without it"
    before = len(second.ledger)
    assert office.deliver(campaign_id, seconds=1).counts[DeliveryState.SENT] > 0
    assert len(second.ledger) == before


def test_a_weight_is_a_number_that_makes_sense(db, settings, office):
    with pytest.raises(Illegal, match="from 0 to 1000"):
        weigh_relay(db, name="main", weight=-1, **WHO)
