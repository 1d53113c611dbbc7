"""The audit finds each way in which a ledger can be wrong, and names it."""

from uuid import uuid4

import pytest
from sqlalchemy import delete, update

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
