"""The audit finds each way in which a ledger can be wrong, and names it."""

from uuid import uuid4

import pytest
from sqlalchemy import delete, event, select, text, update

from digest.actions.audit_campaign import audit_campaign
from digest.domain.states import DeliveryState
from digest.store.campaigns import Batch, Campaign
from digest.store.deliveries import Delivery
from digest.store.editions import RenditionRow
from digest.store.subscribers import Subscriber
from tests.builders import NOW, a_sending_campaign

PEOPLE = [f"reader{n}@post.example" for n in range(3)]

WRONG = {
    "the roster says 4, there are 3 rows": update(Campaign).values(roster=4),
    "queued: 3 rows, but the tallies say 2": update(Batch).values(queued=2),
    "3 rows are in a state that there isn't": text("UPDATE delivery SET state = 'lost'"),
    "3 rows were in doubt, but the tallies say 0": update(Delivery).values(doubts=1),
    "1 addresses stand": update(Delivery).values(address="reader0@post.example"),
    "3 rows say sent without": update(Delivery).values(state=DeliveryState.SENT),
    "3 rows refer to a subscriber": delete(Subscriber),
    "3 rows refer to a subscriber or a rendition": delete(RenditionRow),
    "3 rows refer to a subscriber or a rendition that": update(Delivery).values(
        rendition_id=uuid4()
    ),
}


def test_a_ledger_that_nobody_spoiled_adds_up(db, settings):
    campaign = a_sending_campaign(db, settings, PEOPLE)
    report = audit_campaign(db, campaign, NOW)
    assert (report.balanced, report.problems) == (True, ())


@pytest.mark.parametrize("says", WRONG)
def test_what_is_wrong_with_a_ledger_is_said(db, settings, says):
    campaign = a_sending_campaign(db, settings, PEOPLE)
    with db.begin() as session:
        session.execute(WRONG[says])
    report = audit_campaign(db, campaign, NOW)
    assert not report.balanced
    assert any(problem.startswith(says) for problem in report.problems), report.problems


def test_addresses_that_stand_twice_are_counted_whatever_became_of_their_mails(db, settings):
    campaign = a_sending_campaign(db, settings, [*PEOPLE, "one@post.example", "two@post.example"])
    twice = {PEOPLE[1]: PEOPLE[0], "two@post.example": "one@post.example"}
    with db.begin() as session:
        for address, other in twice.items():
            mine = update(Delivery).where(Delivery.address == address)
            session.execute(mine.values(address=other, state=DeliveryState.FAILED))
        session.execute(update(Batch).values(queued=3, failed=2))
    problems = audit_campaign(db, campaign, NOW).problems
    assert problems == ("2 addresses stand on the roster twice",)


def test_a_rendition_of_another_edition_is_not_the_rows_own(db, settings):
    campaign = a_sending_campaign(db, settings, PEOPLE)
    other = a_sending_campaign(db, settings, ["else@post.example"], slug="other")
    with db.begin() as session:
        theirs = session.scalars(
            select(Delivery.rendition_id).where(Delivery.campaign_id == other)
        ).one()
        mine = update(Delivery).where(Delivery.address == PEOPLE[0])
        session.execute(mine.values(rendition_id=theirs))
    (problem,) = audit_campaign(db, campaign, NOW).problems
    assert problem.startswith("1 rows refer to a subscriber or a rendition")


def test_a_campaign_that_goes_on_while_it_is_counted_adds_up(db, settings):
    """All that is counted is of one moment: a sender that records a mail in between spoils none."""
    campaign = a_sending_campaign(db, settings, PEOPLE)
    sent = []

    def send_one(_conn, _cursor, statement, *_):
        if "FROM delivery" in statement and not sent:
            sent.append(statement)
            with db.begin() as session:
                mine = update(Delivery).where(Delivery.address == PEOPLE[0])
                session.execute(mine.values(state=DeliveryState.CANCELLED))
                session.execute(update(Batch).values(queued=2, cancelled=1))

    event.listen(db.engine, "after_cursor_execute", send_one)
    try:
        during = audit_campaign(db, campaign, NOW)
    finally:
        event.remove(db.engine, "after_cursor_execute", send_one)
    after = audit_campaign(db, campaign, NOW)
    assert sent
    assert (during.problems, during.counts) == ((), {"queued": 3})
    assert (after.problems, after.counts) == ((), {"queued": 2, "cancelled": 1})
