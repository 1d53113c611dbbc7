"""How many call an edition spam is watched, shown, and holds the next one back (D-14)."""

import pytest
from sqlalchemy import select, update

from digest.actions.control_campaign import override_hold
from digest.actions.ingest_feedback import take_mail
from digest.actions.service_facts import service_facts
from digest.actions.start_campaign import start_campaign
from digest.domain.alarm import AlarmKind
from digest.domain.states import CampaignState
from digest.operate.findings import findings
from digest.store.campaigns import Batch, find_campaign
from digest.store.deliveries import Delivery
from digest.store.feedback import complaints_by_domain
from digest.store.lists import MailingList
from tests.builders import NOW, a_due_campaign
from tests.integration.feedback.mails import a_complaint, a_readership, a_sent_campaign, return_path

ADDRESSES = [f"reader+{n}@{('big', 'small')[n % 4 == 0]}mail.example" for n in range(1500)]


@pytest.fixture
def sent(db, settings):
    """A campaign that 1,500 people got."""
    list_id = a_readership(db, settings, ADDRESSES)
    campaign_id = a_sent_campaign(db, list_id)
    with db.begin() as session:  # the tallies, as senders keep them
        session.execute(update(Batch).values(sent=Batch.queued, queued=0))
        find_campaign(session, campaign_id).finished_at = NOW
    return list_id, campaign_id


def complain(db, settings, campaign_id, n):
    with db.read() as session:
        mine = select(Delivery).where(Delivery.campaign_id == campaign_id).order_by(Delivery.id)
        rows = session.scalars(mine.limit(n)).all()
    for row in rows:
        mail = a_complaint(return_path(settings, row), address=row.address, note=row.address)
        taken, *_ = take_mail(db, settings, mail, now=NOW)
        assert taken.applied


def the_next(db, list_id):
    """The list's next campaign, due and not yet begun."""
    with db.begin() as session:
        return a_due_campaign(session, session.get_one(MailingList, list_id), number=2)


def alarms(db):
    with db.read() as session:
        found = findings(service_facts(session, NOW), NOW)
    return [one.sentence for one in found if one.kind is AlarmKind.MANY_COMPLAINTS]


@pytest.mark.parametrize(("complaints", "is_alarm"), [(2, False), (3, True)])
def test_from_one_in_a_thousand_and_three_on_there_is_an_alarm(
    db, settings, sent, complaints, is_alarm
):
    complain(db, settings, sent[1], complaints)
    assert bool(alarms(db)) is is_alarm
    if is_alarm:
        assert "3 of 1,500 readers (0.20 %) called it spam." in alarms(db)[0]


def test_the_page_shows_them_by_mailbox(db, settings, sent):
    complain(db, settings, sent[1], 4)
    with db.read() as session:
        shown = complaints_by_domain(session, sent[1])
    assert shown == [("bigmail.example", 3), ("smallmail.example", 1)]


def test_from_three_in_a_thousand_on_the_next_campaign_waits_for_an_operator(db, settings, sent):
    list_id, last = sent
    complain(db, settings, last, 5)
    next_id = the_next(db, list_id)
    start_campaign(db, settings, next_id, NOW)
    with db.read() as session:
        held = find_campaign(session, next_id)
    assert held.state is CampaignState.SCHEDULED
    assert "5 of 1,500 readers (0.33 %) called the list's last edition spam" in held.reason
    assert held.held_until is not None
    override_hold(db, next_id, reason="an import went wrong", now=NOW, actor="olga")
    with db.read() as session:
        assert find_campaign(session, next_id).overridden


def test_fewer_hold_nothing_back(db, settings, sent):
    list_id, last = sent
    complain(db, settings, last, 4)
    next_id = the_next(db, list_id)
    start_campaign(db, settings, next_id, NOW)
    with db.read() as session:
        assert find_campaign(session, next_id).reason is None
