"""Deliveries claimed and given an outcome, as a sender does it, without any mail."""

from datetime import timedelta
from uuid import uuid4

from digest.actions.count_breakdowns import count_breakdowns
from digest.domain.delivery import Outcome
from digest.domain.states import DeliveryState
from digest.store.claims import Claim
from tests.builders import NOW
from tests.ledger import flush_outcomes

SENT = Outcome(DeliveryState.SENT, reply="250 2.0.0 Ok: queued as 4XkT2c1zYz", sent_at=NOW)
FAILED = Outcome(DeliveryState.FAILED, reason="refused", reply="550 no such thing")
LATER = Outcome(
    DeliveryState.DEFERRED, reply="450 4.2.0 greylisted", next_at=NOW + timedelta(minutes=5)
)


def send(db, campaign_id, n, outcome, now=NOW):
    owner = uuid4()
    with db.begin() as session:
        window, _ = Claim(campaign_id, owner, now, n, 30.0).window(session)
        flush_outcomes(session, owner, [(claimed, outcome) for claimed in window])
    return len(window)


def count_all(db, now=NOW, seconds=60):
    """Break down all batches that changed, those also that are due and would be left for later."""
    return count_breakdowns(db, now, seconds=seconds, restless=timedelta())
