"""Quiet hours: deliveries wait for their end, and a campaign says why it waits."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from digest.actions.audit_campaign import campaign_status
from digest.actions.quiet_hours import set_quiet_hours
from digest.actions.relays import enable_relay
from digest.actions.throttles import set_domain_rate
from digest.domain.quiet_hours import QUIET, WhoseClock
from digest.domain.states import DeliveryState
from digest.store.campaigns import next_due
from digest.store.subscribers import Subscriber
from tests.builders import NOW, a_sending_campaign

WHO = {"now": NOW, "actor": "test"}
AROUND_NOW = "06:00-08:00"  # it is 07:00 in London


@pytest.fixture
def campaign_id(db, settings, office):
    """Thirty people in London."""
    addresses = [f"reader+{i}@mail.example" for i in range(30)]
    return a_sending_campaign(db, settings, addresses, batch_size=10)


def waits(office, campaign_id):
    return " ".join(campaign_status(office.db, campaign_id, office.clock.now).waits)


def move(db, n, zone):
    with db.begin() as session:
        for person in session.scalars(select(Subscriber).order_by(Subscriber.id).limit(n)):
            person.timezone = zone


def test_a_list_sends_nothing_in_its_quiet_hours_and_all_after_them(db, office, campaign_id):
    set_quiet_hours(db, "daily", AROUND_NOW, by=WhoseClock.LIST, **WHO)
    office.deliver(campaign_id)
    assert not office.relay.ledger
    with db.read() as session:
        assert next_due(session, campaign_id) == NOW + timedelta(hours=1)
    assert "Quiet hours (06:00-08:00) end at 08:00 Europe/London." in waits(office, campaign_id)
    office.clock.step(hours=1)
    office.finish(campaign_id, rounds=1)
    assert office.judge(campaign_id).counts == {DeliveryState.SENT: 30}
    assert {row.tries for row in office.rows(campaign_id).values()} == {1}


def test_readers_who_are_asleep_get_their_mail_in_their_morning(db, office, campaign_id):
    set_quiet_hours(db, "daily", "22:00-06:00", by=WhoseClock.SUBSCRIBER, **WHO)
    move(db, 12, "America/Los_Angeles")  # where it is midnight
    assert office.deliver(campaign_id).counts == {DeliveryState.SENT: 18}
    asleep = [r for r in office.rows(campaign_id).values() if r.state is DeliveryState.QUEUED]
    assert {(row.reason, row.next_at) for row in asleep} == {(QUIET, NOW + timedelta(hours=6))}
    assert {(row.claims, row.tries) for row in asleep} == {(0, 0)}
    assert "Nobody gets mail at 22:00-06:00 by their own clocks." in waits(office, campaign_id)
    office.clock.step(hours=5, minutes=59)
    assert not office.deliver(campaign_id).counts
    office.clock.step(minutes=1)
    office.finish(campaign_id, rounds=1)
    assert office.judge(campaign_id).counts == {DeliveryState.SENT: 30}
    assert {row.reason for row in office.rows(campaign_id).values()} == {None}


@pytest.mark.parametrize("by", list(WhoseClock))
def test_taking_quiet_hours_away_lets_all_go_at_once(db, office, campaign_id, by):
    set_quiet_hours(db, "daily", AROUND_NOW, by=by, **WHO)
    assert not office.deliver(campaign_id).counts
    set_quiet_hours(db, "daily", None, by=by, **WHO)
    assert office.deliver(campaign_id).counts == {DeliveryState.SENT: 30}


def test_a_campaign_says_why_it_waits(db, office, campaign_id):
    assert waits(office, campaign_id) == ""
    set_domain_rate(db, "mail.example", "60/min", **WHO)
    assert "The domain mail.example gets 1 a second (set by hand)." in waits(office, campaign_id)
    set_domain_rate(db, "mail.example", None, **WHO)
    office.relay.stop()
    office.deliver(campaign_id)
    assert "All relays rest until 07:00:05 UTC." in waits(office, campaign_id)
    enable_relay(db, name="main", enabled=False, **WHO)
    assert "No relay is in use" in waits(office, campaign_id)
