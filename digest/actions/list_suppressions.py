"""The addresses that get no mail, the latest first."""

from dataclasses import dataclass
from datetime import datetime

from digest.store.engine import Database
from digest.store.suppressions import list_suppressions as latest


@dataclass(frozen=True, slots=True)
class Kept:
    """One suppression; an erased address is known by its hash alone."""

    address: str | None
    address_hash: str
    reason: str
    note: str | None
    since: datetime


def list_suppressions(db: Database, *, limit: int) -> tuple[Kept, ...]:
    """The latest ``limit`` suppressions."""
    with db.read() as session:
        return tuple(
            Kept(row.address, row.address_hash, row.reason.value, row.note, row.since)
            for row in latest(session, limit)
        )
