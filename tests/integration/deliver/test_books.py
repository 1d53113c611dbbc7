"""The books of a sender: the ordinary exchange in one piece, and what goes step by step."""

from uuid import uuid4

import pytest
from sqlalchemy import text, update

from digest.actions.audit_campaign import audit_campaign
from digest.deliver.books import ANYBODY, Assignment, Books
from digest.deliver.message import Origin
from digest.domain.delivery import Outcome
from digest.domain.states import DeliveryState, DoubtPolicy, Stream
from digest.store.campaigns import find_campaign
from digest.store.deliveries import Delivery
from tests.builders import NOW, a_branding, a_sending_campaign

SENT = Outcome(DeliveryState.SENT, reply="250 2.0.0 ok", sent_at=NOW)
READERS = [f"reader{n}@mail.example" for n in range(30)]


@pytest.fixture
def campaign_id(db, settings):
    return a_sending_campaign(db, settings, READERS, batch_size=20)


@pytest.fixture
def books(db, settings, campaign_id):
    with db.read() as session:
        campaign = find_campaign(session, campaign_id)
    origin = Origin(campaign.edition_id, Stream.EACH)
    assignment = Assignment(campaign_id, campaign.list_id, origin, a_branding(), DoubtPolicy.RESEND)
    return Books(db, settings, assignment, lambda: NOW)


def sent(window):
    return [(claimed, SENT) for claimed in window]


def test_a_campaign_is_recorded_and_claimed_to_its_end_across_batches(db, books, campaign_id):
    done, addresses = books.exchange((), 6, (), ANYBODY), []
    while done.window:
        addresses += [claimed.address for claimed in done.window]
        results = sent(done.window)
        done = books.exchange(results, 6, (), ANYBODY)
        assert list(done.recorded) == results
    assert addresses == READERS
    assert done.due_in is None
    report = audit_campaign(db, campaign_id, NOW)
    assert (report.balanced, report.counts) == (True, {DeliveryState.SENT: 30})


def test_a_result_that_is_not_ours_any_more_costs_the_others_nothing(db, books, campaign_id):
    window = books.exchange((), 8, (), ANYBODY).window
    with db.begin() as session:
        lost = update(Delivery).where(Delivery.id == window[3].id)
        session.execute(lost.values(owner=uuid4()))
    done = books.exchange(sent(window), 5, (), ANYBODY)
    assert [claimed for claimed, _ in done.recorded] == [*window[:3], *window[4:]]
    assert [claimed.address for claimed in done.window] == READERS[8:13]
    report = audit_campaign(db, campaign_id, NOW)
    assert report.balanced, report.problems
    assert report.counts == {
        DeliveryState.SENT: 7,
        DeliveryState.SENDING: 6,
        DeliveryState.QUEUED: 17,
    }


def test_results_outlive_a_database_that_drops_all_connections(db, books, campaign_id):
    if db.is_sqlite:
        pytest.skip("SQLite has no connection to drop")
    window = books.exchange((), 8, (), ANYBODY).window
    with db.begin() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    done = books.exchange(sent(window), 5, (), ANYBODY)
    assert len(done.recorded) == 8
    assert len(done.window) == 5
    assert audit_campaign(db, campaign_id, NOW).balanced
