"""Leaving and being erased, and that the next claim of a running campaign knows."""

from uuid import uuid4

import pytest

from digest.actions.change_preferences import pause_subscription
from digest.actions.erase_subscriber import erase_subscriber
from digest.actions.show_subscriber import show_subscriber
from digest.actions.suppress_address import suppress_address
from digest.actions.unsubscribe import unsubscribe, unsubscribe_all
from digest.audience.membership import Left
from digest.domain.errors import Illegal, NotFound
from digest.domain.states import DeliveryState, SuppressionReason
from digest.store.campaigns import counts, find_campaign
from digest.store.claims import Claim
from digest.store.deliveries import deliveries_to, list_deliveries, repeated_addresses
from digest.store.subscribers import Subscriber, find_subscriber
from digest.store.suppressions import get_suppression
from digest.tokens import hash_address
from tests.builders import NOW, a_sending_campaign

PEOPLE = [f"reader{n}@mail.example" for n in range(6)]


def ids_of(db, campaign_id, address):
    with db.read() as session:
        list_id = find_campaign(session, campaign_id).list_id
        return find_subscriber(session, address).id, list_id


def test_who_leaves_in_any_way_is_not_in_the_next_window(db, settings):
    campaign = a_sending_campaign(db, settings, PEOPLE)
    one_click, everything, suppressed, erased, paused, stays = PEOPLE
    unsubscribe(db, *ids_of(db, campaign, one_click), how=Left.ONE_CLICK, now=NOW)
    unsubscribe_all(db, *ids_of(db, campaign, everything), how=Left.PAGE_ALL, now=NOW)
    suppress_address(db, settings, suppressed, now=NOW, actor="test")
    erase_subscriber(db, settings, erased, now=NOW, actor="test")
    pause_subscription(db, *ids_of(db, campaign, paused), days=7, now=NOW)
    with db.begin() as session:
        window, _ = Claim(campaign, uuid4(), NOW, 50, 30.0).window(session)
    assert [claimed.address for claimed in window] == [stays]
    with db.read() as session:
        barred = list(list_deliveries(session, campaign, DeliveryState.SUPPRESSED))
        assert counts(session, campaign)[DeliveryState.SUPPRESSED] == 5
    assert {row.reason for row in barred} == {
        "unsubscribed",
        "suppressed: unsubscribed_all",
        "suppressed: manual",
        "suppressed: erased",
        "paused",
    }


def test_erasing_leaves_the_address_nowhere_and_the_ledger_whole(db, settings):
    campaign = a_sending_campaign(db, settings, PEOPLE)
    gone = PEOPLE[:2]
    ids = [ids_of(db, campaign, address)[0] for address in gone]
    suppress_address(db, settings, gone[0], note=f"{gone[0]} rang", now=NOW, actor="test")
    for address in gone:
        erase_subscriber(db, settings, address, now=NOW, actor="test")
    with db.read() as session:
        for subscriber_id, address in zip(ids, gone, strict=True):
            row = session.get_one(Subscriber, subscriber_id)
            assert (row.address, row.name, row.erased_at) == (None, None, NOW)
            assert all(address not in d.address for d in deliveries_to(session, subscriber_id, 9))
            kept = get_suppression(session, hash_address(settings, address))
            assert (kept.address, kept.note) == (None, None)
        first = get_suppression(session, hash_address(settings, gone[0]))
        assert first.reason is SuppressionReason.MANUAL
        assert not repeated_addresses(session, campaign)
        assert sum(counts(session, campaign).values()) == len(PEOPLE)


def test_an_erased_address_is_known_as_such_and_can_not_be_erased_twice_as_a_person(db, settings):
    campaign = a_sending_campaign(db, settings, PEOPLE)
    assert campaign
    erase_subscriber(db, settings, PEOPLE[0], now=NOW, actor="test")
    with pytest.raises(NotFound, match="suppressed: erased"):
        show_subscriber(db, settings, PEOPLE[0])
    with pytest.raises(NotFound, match="Nothing is known"):
        erase_subscriber(db, settings, "stranger@mail.example", now=NOW, actor="test")


def test_a_break_does_not_undo_leaving(db, settings):
    campaign = a_sending_campaign(db, settings, PEOPLE[:1])
    ids = ids_of(db, campaign, PEOPLE[0])
    assert unsubscribe(db, *ids, how=Left.PAGE, now=NOW)
    assert not unsubscribe(db, *ids, how=Left.ONE_CLICK, now=NOW)
    with pytest.raises(Illegal, match="unsubscribed"):
        pause_subscription(db, *ids, days=7, now=NOW)


def test_a_timeline_says_what_was_sent_and_why_not(db, settings):
    campaign = a_sending_campaign(db, settings, PEOPLE[:1])
    unsubscribe(db, *ids_of(db, campaign, PEOPLE[0]), how=Left.STAFF, now=NOW, actor="ops")
    with db.begin() as session:
        Claim(campaign, uuid4(), NOW, 50, 30.0).window(session)
    shown = show_subscriber(db, settings, PEOPLE[0])
    (place,), (sent,) = shown.subscriptions, shown.deliveries
    assert (place["list"], place["state"], place["ended_how"]) == ("daily", "unsubscribed", "staff")
    assert (sent.state, sent.reason, sent.campaign) == ("suppressed", "unsubscribed", campaign)
    assert sent.subject == "Ferries to Norholm halt"
