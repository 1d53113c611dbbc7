"""The addresses that get no mail, the latest first."""

from dataclasses import dataclass
from datetime import datetime

from digest.domain.address import parse_address
from digest.domain.errors import Illegal
from digest.settings import Settings
from digest.store.engine import Database
from digest.store.suppressions import Suppression, get_suppression, search_suppressions
from digest.store.suppressions import list_suppressions as latest
from digest.tokens import hash_address


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
        return tuple(map(_kept, latest(session, limit)))


def find_suppressions(
    db: Database, settings: Settings, wanted: str, *, limit: int
) -> tuple[Kept, ...]:
    """Those whose address holds ``wanted``, the latest first; a whole address finds one that was
    erased, too. Nothing wanted: the latest."""
    if not wanted:
        return list_suppressions(db, limit=limit)
    with db.read() as session:
        found = list(search_suppressions(session, wanted, limit))
        try:
            whole = get_suppression(session, hash_address(settings, str(parse_address(wanted))))
        except Illegal:
            whole = None
        if whole is not None and whole not in found:
            found.insert(0, whole)
        return tuple(map(_kept, found))


def _kept(row: Suppression) -> Kept:
    return Kept(row.address, row.address_hash, row.reason.value, row.note, row.since)
