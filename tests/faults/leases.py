"""Time that tests need not wait for: the 30 s of a lease."""

from sqlalchemy import update

from digest.domain.states import DeliveryState
from digest.store.deliveries import Delivery
from digest.store.engine import Database, db_now


def pass_leases(db: Database) -> None:
    """The leases of all that is held just now are over."""
    held = update(Delivery).where(Delivery.state == DeliveryState.SENDING)
    with db.begin() as session:
        session.execute(held.values(lease_until=db_now(-1)))
