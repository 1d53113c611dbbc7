"""Carry what the audit says of those who went to where it outlives the database."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from digest.departures import REMEMBERED, Departure, Departures, Kind
from digest.settings import Settings
from digest.store.audit import AuditEntry, entries_after, newest_entry
from digest.store.engine import Database, Session
from digest.store.epoch import read_epoch
from digest.store.subscribers import hashes_of

OVERLAP = timedelta(minutes=1)  # by which an entry may be made before it is committed
_KINDS = {"erased": Kind.ERASED, "suppressed": Kind.SUPPRESSED, "unsubscribed": Kind.LEFT}
_HOW = {Kind.SUPPRESSED: "reason", Kind.LEFT: "ended_how"}


class DepartureWatch:
    """One for a process: it knows how far it has looked."""

    def __init__(self) -> None:
        self._after: UUID | None = None
        self._noted: set[Departure] = set()  # of the overlap

    def look(self, db: Database, settings: Settings, now: datetime) -> None:
        """Note who went since it looked last; at first, within ``REMEMBERED``."""
        with db.read() as session:
            newest = newest_entry(session)
            if newest is None:
                return
            after = self._after or _before(newest.id, REMEMBERED)
            found = set(_departures(session, entries_after(session, after, list(_KINDS))))
            database_id = read_epoch(session).database_id
        ledger = Departures(settings, database_id)
        if self._after is None:
            self._noted = set(ledger.remembered())
        ledger.note(found - self._noted, now)
        self._after, self._noted = _before(newest.id, OVERLAP), found


def _before(id_: UUID, span: timedelta) -> UUID:
    """The lowest UUIDv7 made that much earlier."""
    return UUID(int=max((id_.int >> 80) - int(span.total_seconds() * 1000), 0) << 80)


def _departures(session: Session, found: Iterable[AuditEntry]) -> Iterable[Departure]:
    entries = list(found)
    erased = [UUID(one.noun_id) for one in entries if _is_erased(one)]
    hashes = {str(id_): hashed for id_, hashed in hashes_of(session, erased).items()}
    for one in entries:
        kind = _KINDS[one.action]
        if _is_erased(one):
            if one.noun_id in hashes:
                yield Departure(one.at, kind, hashes[one.noun_id], one.noun_id)
        else:
            how = str((one.after or {}).get(_HOW.get(kind, ""), ""))
            yield Departure(one.at, kind, one.noun_id, how)


def _is_erased(entry: AuditEntry) -> bool:
    return entry.action == "erased" and entry.noun == "subscriber"
