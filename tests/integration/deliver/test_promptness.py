"""Who holds a window and meets a slow relay hears of a pause, and of who left, all the same."""

import pytest

from digest.actions.control_campaign import pause_campaign
from digest.actions.unsubscribe_address import unsubscribe_address
from digest.deliver.smtp_session import Limits
from digest.domain.states import CampaignState
from tests.builders import NOW, a_sending_campaign
from tests.faults.relay import FaultyRelay, Manners
from tests.integration.deliver.post_office import open_post_office

READERS = [f"reader+{n}@mail.example" for n in range(50)]  # a window


@pytest.fixture
def office(db, settings, monkeypatch):
    """The relay takes 0.8 s for each message: ten a second on eight lines, five for a window."""
    with FaultyRelay(Manners(slowness=0.8)) as relay:
        yield open_post_office(db, settings, relay, monkeypatch, Limits())


def after_the_first(office, act):
    """Call ``act`` once, as soon as the relay has a message."""
    done = []

    def watch():
        if office.relay.ledger and not done:
            done.append(1)
            act()

    office.clock.watch.append(watch)


def test_a_pause_is_heard_in_the_middle_of_a_window(db, settings, office):
    campaign_id = a_sending_campaign(db, settings, READERS)
    reason = {"reason": "a typo", "now": NOW, "actor": "test"}
    after_the_first(office, lambda: pause_campaign(db, campaign_id, **reason))
    office.deliver(campaign_id)
    report = office.audit(campaign_id)
    assert report.state is CampaignState.PAUSED
    assert 0 < report.counts["sent"] < 30
    assert report.counts["queued"] == 50 - report.counts["sent"], "nothing is left in its hands"


def test_who_leaves_is_not_mailed_out_of_an_old_window(db, settings, office):
    campaign_id = a_sending_campaign(db, settings, READERS)
    rows = office.rows(campaign_id)
    last = max(rows, key=lambda address: rows[address].id)
    leave = {"list_slug": "daily", "now": NOW, "actor": "test"}
    after_the_first(office, lambda: unsubscribe_address(db, last, **leave))
    office.finish(campaign_id)
    report = office.judge(campaign_id)
    assert report.counts == {"sent": 49, "suppressed": 1}
    assert office.relay.copies[last] == 0
