"""What an import does with those whom another service knows as gone, and with consents given there.

Who bounced or was blocklisted there is suppressed here; who left a list there has left this one.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from digest.audience.membership import Left
from digest.audience.table import Gone, Person
from digest.settings import Settings
from digest.store.engine import Database, Session
from digest.store.leavers import Leaver, Proof, keep_away, keep_proofs
from digest.store.leavers import Parting as Parting
from digest.store.lists import MailingList
from digest.store.suppressions import suppress_many
from digest.tokens import hash_address

CHUNK = 500  # people in one transaction


class Partings:
    """Takes who is gone, and writes them by the chunk."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        mailing_list: MailingList,
        now: datetime,
        dry_run: bool,
    ) -> None:
        self.counts: Counter[Parting] = Counter()
        self._db = db
        self._settings = settings
        self._list = mailing_list
        self._now = now
        self._dry_run = dry_run
        self._waiting: dict[str, Gone] = {}

    def take(self, one: Gone) -> None:
        """Note one of them; where an address comes twice, the graver word stands."""
        before = self._waiting.get(one.address)
        if before is None or before.reason is None:
            self._waiting[one.address] = one
        if len(self._waiting) == CHUNK:
            self.finish()

    def finish(self) -> None:
        """Write those who wait."""
        if not self._waiting:
            return
        people = list(self._waiting.values())
        self._waiting = {}
        with self._db.begin() as session:
            counts = self._write(session, people)
            if self._dry_run:
                session.rollback()
        self.counts += counts

    def _write(self, session: Session, people: Sequence[Gone]) -> Counter[Parting]:
        barred = [self._suppression(one) for one in people if one.reason is not None]
        leavers = [self._leaver(one) for one in people if one.reason is None]
        new = suppress_many(session, barred) if barred else 0
        counts = Counter({Parting.BARRED: new, Parting.KNOWN: len(barred) - new})
        if leavers:
            how = Left.ELSEWHERE.value
            counts += keep_away(session, self._list.id, self._list.language, leavers, how=how)
        return counts

    def _suppression(self, one: Gone) -> dict[str, Any]:
        return {
            "address_hash": hash_address(self._settings, one.address),
            "address": one.address,
            "reason": one.reason,
            "note": one.note,
            "since": self._since(one),
        }

    def _leaver(self, one: Gone) -> Leaver:
        return Leaver(one.address, hash_address(self._settings, one.address), self._since(one))

    def _since(self, one: Gone) -> datetime:
        return min(one.since or self._now, self._now)


def keep_consents(session: Session, list_id: UUID, people: Sequence[Person]) -> None:
    """Keep when and from where those asked for the list elsewhere of whom that is told."""
    asked = [(one.address, one.asked) for one in people if one.asked is not None]
    for at in range(0, len(asked), CHUNK):
        keep_proofs(
            session,
            list_id,
            [
                Proof(
                    address, one.at, one.network, one.confirmed_at, one.confirmed_from, one.origin
                )
                for address, one in asked[at : at + CHUNK]
            ],
        )
