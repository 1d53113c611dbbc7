"""Make sure that an address gets no mail from any list."""

from datetime import datetime

from digest.domain.address import parse_address
from digest.domain.states import SuppressionReason
from digest.settings import Settings
from digest.store.audit import record
from digest.store.engine import Database
from digest.store.suppressions import get_suppression, suppress
from digest.tokens import hash_address


def suppress_address(
    db: Database,
    settings: Settings,
    address: str,
    *,
    reason: SuppressionReason = SuppressionReason.MANUAL,
    note: str | None = None,
    now: datetime,
    actor: str,
) -> bool:
    """Suppress an address, known or not; False where it was before, whose reason stays."""
    key = str(parse_address(address))
    address_hash = hash_address(settings, key)
    with db.begin() as session:
        if get_suppression(session, address_hash) is not None:
            return False
        suppress(session, address_hash=address_hash, address=key, reason=reason, note=note, now=now)
        record(
            session,
            now=now,
            actor=actor,
            action="suppressed",
            noun="suppression",
            noun_id=address_hash,
            after={"reason": reason.value},
        )
        return True
