"""Forget the deliveries of campaigns that ended long ago, a batch a transaction."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from digest.log import get_logger
from digest.store import audit
from digest.store.engine import Database, Session
from digest.store.old_deliveries import Step, forget_batch, old_campaigns

log = get_logger(__name__)
ACTOR = "service"
KEPT_WHOLE = "kept whole: its rows are not what its tallies say"


def forget_deliveries(db: Database, before: datetime, now: datetime) -> Iterator[int]:
    """How many rows each step forgot; whoever has seen enough stops asking.

    A campaign whose sums don't add up keeps all that it has left, and its history says so.
    """
    with db.read() as session:
        old = old_campaigns(session, before)
    for campaign_id in old:
        step = Step.FORGOTTEN
        while step is Step.FORGOTTEN:
            with db.begin() as session:
                step, n = forget_batch(session, campaign_id, now)
                if step is Step.DIFFERS:
                    _say_once(session, campaign_id, now)
            if n:
                yield n


def _say_once(session: Session, campaign_id: UUID, now: datetime) -> None:
    noun_id = str(campaign_id)
    if not audit.last_of(session, "campaign", [noun_id], KEPT_WHOLE):
        log.warning("old deliveries are kept: they don't add up", campaign=noun_id)
        audit.record(
            session, now=now, actor=ACTOR, action=KEPT_WHOLE, noun="campaign", noun_id=noun_id
        )
