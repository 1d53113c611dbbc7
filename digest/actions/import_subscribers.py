"""Put the people of a table on a list: streamed, merged, and with a word on each that can't be.

A chunk of rows is one transaction. What was imported stays when a later chunk fails, and running
the same import again changes nothing for those who are there: so it may be killed at any moment.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from uuid import UUID

from digest.audience.table import Person, PersonReader, Reject, Table, open_table
from digest.domain.ids import uuid7s
from digest.domain.states import SubscriptionState
from digest.settings import Settings
from digest.store.arrivals import (
    Known,
    NewSubscriber,
    NewSubscription,
    add_people,
    confirm_pending,
    known_people,
    suppressed_hashes,
)
from digest.store.audit import record
from digest.store.engine import Database, IntegrityError, Session
from digest.store.lists import MailingList, find_list
from digest.tokens import hash_address

CHUNK = 5_000  # rows in one transaction
PREVIEW = 5  # rows


class Fate(StrEnum):
    """What an import does for one person."""

    ADDED = "added"
    CONFIRMED = "confirmed"  # was pending on this list
    UNCHANGED = "unchanged"  # on this list already: their own choices stay
    LEFT = "left"  # left this list: an import brings nobody back
    SUPPRESSED = "suppressed"


@dataclass(slots=True)
class Imported:
    """What an import did, or would do (``dry_run``)."""

    columns: dict[str, int]
    attributes: tuple[str, ...]
    encoding: str
    delimiter: str
    dry_run: bool
    preview: list[Person] = field(default_factory=list)
    counts: Counter[Fate] = field(default_factory=Counter)
    duplicates: int = 0  # rows whose address stood in the chunk before
    rejected: int = 0
    rows: int = 0


def import_subscribers(
    db: Database,
    settings: Settings,
    path: Path,
    *,
    list_slug: str,
    now: datetime,
    actor: str,
    dry_run: bool = False,
    on_reject: Callable[[Reject], None] = lambda _: None,
    on_bytes: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Import the file; ``on_reject`` gets each row that nobody can be subscribed by, ``on_bytes``
    how far into the file it is. ``Illegal`` where the file is no table of people.

    Nobody is subscribed again who left, nobody who is suppressed, and nobody's choices change.
    """
    with db.read() as session:
        mailing_list = find_list(session, list_slug)
    with open_table(path) as table, ThreadPoolExecutor(1, "import") as pool:
        found = Imported(
            columns=table.columns.places,
            attributes=tuple(table.columns.attributes),
            encoding=table.encoding,
            delimiter=table.delimiter,
            dry_run=dry_run,
        )
        importer = _Importer(db, settings, mailing_list, now, dry_run, pool)
        for chunk in _chunks(table, mailing_list, found, on_reject):
            importer.begin(chunk)
            on_bytes(table.position())
        found.counts = importer.finish()
    if not dry_run:
        with db.begin() as session:
            _audit(session, mailing_list, path, found, now, actor)
    return found


def _chunks(
    table: Table, mailing_list: MailingList, found: Imported, on_reject: Callable[[Reject], None]
) -> Iterator[list[Person]]:
    """People in chunks, each address once in a chunk."""
    reader = PersonReader(table.columns, mailing_list)
    rows = map(reader.read, table.rows)
    while read := list(islice(rows, CHUNK)):
        people: dict[str, Person] = {}
        for one in read:
            if isinstance(one, Reject):
                found.rejected += 1
                on_reject(one)
            else:
                people.setdefault(one.address, one)
        found.rows += len(read)
        found.duplicates += sum(isinstance(one, Person) for one in read) - len(people)
        chunk = list(people.values())
        found.preview += chunk[: PREVIEW - len(found.preview)]
        yield chunk


class _Importer:
    """Writes one chunk in a thread of its own while the next one is read."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        mailing_list: MailingList,
        now: datetime,
        dry_run: bool,
        pool: ThreadPoolExecutor,
    ) -> None:
        self._db = db
        self._settings = settings
        self._list = mailing_list
        self._now = now
        self._dry_run = dry_run
        self._counts: Counter[Fate] = Counter()
        self._pool = pool
        self._under_way: Future[Counter[Fate]] | None = None

    def begin(self, chunk: Sequence[Person]) -> None:
        """Wait for the chunk before, then write this one."""
        self._wait()
        self._under_way = self._pool.submit(self._write, chunk)

    def finish(self) -> Counter[Fate]:
        """What became of all of them."""
        self._wait()
        return self._counts

    def _wait(self) -> None:
        if self._under_way is not None:
            self._counts += self._under_way.result()

    def _write(self, chunk: Sequence[Person]) -> Counter[Fate]:
        try:
            return self._try(chunk)
        except IntegrityError:  # somebody came by another way just now: now they are known
            return self._try(chunk)

    def _try(self, chunk: Sequence[Person]) -> Counter[Fate]:
        hashes = {one.address: hash_address(self._settings, one.address) for one in chunk}
        with self._db.read() if self._dry_run else self._db.begin() as session:
            known = known_people(session, self._list.id, list(hashes))
            barred = suppressed_hashes(session, list(hashes.values()))
            fates = {
                one.address: decide(known.get(one.address), hashes[one.address] in barred, one)
                for one in chunk
            }
            if not self._dry_run:
                self._carry_out(session, chunk, fates, known, hashes)
        return Counter(fates.values())

    def _carry_out(
        self,
        session: Session,
        chunk: Sequence[Person],
        fates: dict[str, Fate],
        known: dict[str, Known],
        hashes: dict[str, str],
    ) -> None:
        subscribers: list[NewSubscriber] = []
        places: list[NewSubscription] = []
        confirmed = [
            place
            for address, fate in fates.items()
            if fate is Fate.CONFIRMED and (place := known[address].subscription_id)
        ]
        added = [one for one in chunk if fates[one.address] is Fate.ADDED]
        ids = iter(uuid7s(2 * len(added)))
        for one in added:
            here = known.get(one.address)
            subscriber_id = here.subscriber_id if here else next(ids)
            if here is None:
                subscribers.append(self._subscriber(subscriber_id, one, hashes[one.address]))
            places.append(self._place(next(ids), subscriber_id, one))
        add_people(session, subscribers, places)
        if confirmed:
            confirm_pending(session, confirmed, self._now)

    def _subscriber(self, id_: UUID, one: Person, address_hash: str) -> NewSubscriber:
        return NewSubscriber(
            id_,
            one.address,
            address_hash,
            one.name,
            one.language,
            one.timezone,
            one.attributes,
            self._now,
        )

    def _place(self, id_: UUID, subscriber_id: UUID, one: Person) -> NewSubscription:
        return NewSubscription(
            id_,
            subscriber_id,
            self._list.id,
            SubscriptionState.CONFIRMED if one.is_confirmed else SubscriptionState.PENDING,
            one.stream,
            one.local_hour,
            one.timezone,
            one.variant,
            self._now,
            self._now if one.is_confirmed else None,
        )


def decide(known: Known | None, is_suppressed: bool, one: Person) -> Fate:
    """What an import does for a person."""
    if is_suppressed:
        return Fate.SUPPRESSED
    if known is None or known.state is None:
        return Fate.ADDED
    if known.state is SubscriptionState.UNSUBSCRIBED:
        return Fate.LEFT
    if known.state is SubscriptionState.PENDING and one.is_confirmed:
        return Fate.CONFIRMED
    return Fate.UNCHANGED


def _audit(
    session: Session,
    mailing_list: MailingList,
    path: Path,
    found: Imported,
    now: datetime,
    actor: str,
) -> None:
    record(
        session,
        now=now,
        actor=actor,
        action="imported",
        noun="mailing_list",
        noun_id=mailing_list.id,
        after={"file": path.name, "rows": found.rows, "rejected": found.rejected}
        | {fate.value: n for fate, n in found.counts.items()},
    )
