"""Who starts a campaign calls for its mail at once: no tick is waited for in between."""

import pytest
from kombu.exceptions import OperationalError

from digest.clock import utc_now
from digest.store.campaigns import Campaign
from tests.builders import a_due_campaign, a_list, a_subscriber
from workers import process, tasks


@pytest.fixture
def campaign_id(db, settings, monkeypatch):
    """Due, with three readers."""
    monkeypatch.setattr(process, "database", lambda: db)
    monkeypatch.setattr(process, "settings", lambda: settings)
    with db.begin() as session:
        mailing_list = a_list(session)
        for n in range(3):
            a_subscriber(session, settings, f"reader{n}@port.example", mailing_list)
        due = a_due_campaign(session, mailing_list)
        session.get_one(Campaign, due).due_at = utc_now()
    return str(due)


def test_its_mail_is_rung_for_by_whoever_started_it(campaign_id, monkeypatch):
    rung = []
    monkeypatch.setattr(tasks.deliver, "delay", rung.append)
    tasks.start.run(campaign_id)
    assert rung == [campaign_id]


def test_without_a_broker_the_next_tick_rings(db, campaign_id, monkeypatch, caplog):
    def fail(_):
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks.deliver, "delay", fail)
    tasks.start.run(campaign_id)
    assert "broke" not in caplog.text
