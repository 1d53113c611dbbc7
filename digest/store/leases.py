"""Leases: what senders hold now, and what nobody holds any more."""

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from digest.domain.states import DeliveryState
from digest.store.campaigns import Batch
from digest.store.deliveries import Delivery
from digest.store.engine import db_now

MOST_BATCHES = 20  # senders work on a few at a time


def held_now(session: Session) -> tuple[int, int]:
    """How many deliveries are in the hands of senders, and for how many of these the lease ran
    out (the beat takes those up within a second or two); of the latest batches."""
    busy = (
        select(Batch.id, Batch.campaign_id, Batch.first_id, Batch.last_id)
        .where(Batch.sending > 0)
        .order_by(Batch.id.desc())
        .limit(MOST_BATCHES)
        .subquery()
    )
    ran_out = case((Delivery.lease_until < db_now(), 1))
    rows = (
        select(func.count(), func.count(ran_out))
        .select_from(busy)
        .join(
            Delivery,
            and_(
                Delivery.id.between(busy.c.first_id, busy.c.last_id),
                Delivery.campaign_id == busy.c.campaign_id,
            ),
        )
        .where(Delivery.state == DeliveryState.SENDING)
    )
    held, expired = session.execute(rows).one()
    return held, expired
