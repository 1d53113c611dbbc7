"""Let an address get mail again."""

from datetime import datetime

from digest.domain.address import parse_address
from digest.domain.errors import NotFound
from digest.domain.states import SuppressionReason
from digest.settings import Settings
from digest.store.audit import record
from digest.store.engine import Database
from digest.store.feedback import void_bounces
from digest.store.subscribers import subscriber_or_none
from digest.store.suppressions import get_suppression
from digest.tokens import hash_address


def unsuppress_address(
    db: Database,
    settings: Settings,
    address: str,
    *,
    why: str | None = None,
    now: datetime,
    actor: str,
) -> SuppressionReason:
    """Lift a suppression; gives the reason it had. Nobody comes back on a list by it. ``why`` is
    kept in the audit.

    ``NotFound`` where the address is not suppressed.
    """
    key = str(parse_address(address))
    with db.begin() as session:
        kept = get_suppression(session, hash_address(settings, key))
        if kept is None:
            raise NotFound(f"{key} is not suppressed.")
        session.delete(kept)
        subscriber = subscriber_or_none(session, key)
        if subscriber is not None:
            void_bounces(session, subscriber.id, now)  # they begin anew
        record(
            session,
            now=now,
            actor=actor,
            action="unsuppressed",
            noun="suppression",
            noun_id=kept.address_hash,
            before={"reason": kept.reason.value, "since": kept.since.isoformat()},
            after={"why": why} if why else None,
        )
        return kept.reason
