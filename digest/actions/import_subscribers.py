"""Put the people of a table on a list: streamed, merged, and with a word on each that can't be.

A chunk of rows is one transaction. What was imported stays when a later chunk fails, and running
the same import again changes nothing for those who are there: so it may be killed at any moment.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import NamedTuple
from uuid import UUID

from digest.actions.gone_elsewhere import Parting, Partings, keep_consents
from digest.audience.table import PLAIN, Form, Person, Reject, open_table
from digest.domain.address_flags import Flag, flags_of
from digest.settings import Settings
from digest.store.arrivals import Arrivals, carry_out, decide_arrivals
from digest.store.arrivals import Fate as Fate
from digest.store.audit import record
from digest.store.engine import Database, IntegrityError, Session
from digest.store.lists import MailingList, find_list
from digest.tokens import hash_address

CHUNK = 5_000  # people in one transaction
LANES = 2  # transactions at a time; SQLite has one writer
PREVIEW = 5  # rows


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
    partings: Counter[Parting] = field(default_factory=Counter)  # of who is gone elsewhere
    flags: Counter[Flag] = field(default_factory=Counter)  # of those who can be taken
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
    form: Form = PLAIN,
    dry_run: bool = False,
    on_reject: Callable[[Reject], None] = lambda _: None,
    on_bytes: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Import the file; ``on_reject`` gets each row that nobody can be subscribed by, ``on_bytes``
    how far into the file it is. ``Illegal`` where the file is no table of people, or not of this
    ``form``.

    Nobody is subscribed again who left, nobody who is suppressed, and nobody's choices change.
    """
    with db.read() as session:
        mailing_list = find_list(session, list_slug)
    with open_table(path, form.find_columns) as table:
        found = Imported(
            columns=table.columns.places,
            attributes=tuple(table.columns.attributes),
            encoding=table.encoding,
            delimiter=table.delimiter,
            dry_run=dry_run,
        )
        reader = form.reader(table.columns, mailing_list)
        writer = _Writer(db, settings, mailing_list.id, now, dry_run)
        partings = Partings(db, settings, mailing_list, now, dry_run)
        with _Lanes(writer, 1 if db.is_sqlite else LANES) as lanes:
            for one in map(reader.read, table.rows):
                found.rows += 1
                if not isinstance(one, Person):
                    if isinstance(one, Reject):
                        found.rejected += 1
                        on_reject(one)
                    else:
                        partings.take(one)
                elif not lanes.take(one):
                    found.duplicates += 1
                else:
                    for flag in flags_of(one.address):
                        found.flags[flag] += 1
                    if len(found.preview) < PREVIEW:
                        found.preview.append(one)
                if found.rows % CHUNK == 0:
                    on_bytes(table.position())
            lanes.finish()
        partings.finish()
        found.counts, found.partings = writer.counts, partings.counts
    if not dry_run:
        with db.begin() as session:
            _audit(session, mailing_list, path, found, now, actor)
    return found


class _Chunk(NamedTuple):
    """What one transaction takes."""

    arrivals: Arrivals
    asked: list[Person]  # those whose consent elsewhere is told


class _Lanes:
    """Chunks that fill side by side, each written in a thread of its own while the next one fills.

    An address always goes to the same lane, so that two of them never wait for each other. All that
    Python has to do is done as a chunk fills, by one thread: those that write leave the processor
    to it and to the database.
    """

    def __init__(self, writer: "_Writer", n: int) -> None:
        self._writer = writer
        self._filling = [writer.new_chunk() for _ in range(n)]
        # First chunks differ in size, so that the lanes don't come to the database all at once.
        self._sizes = [CHUNK * (lane + 1) // n for lane in range(n)]
        self._under_way: list[Future[None] | None] = [None] * n
        self._pool = ThreadPoolExecutor(n, "import")

    def __enter__(self) -> "_Lanes":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def take(self, one: Person) -> bool:
        """Add somebody; False for one who is in the chunk at hand already."""
        lane = hash(one.address) % len(self._filling)
        arrivals, asked = self._filling[lane]
        if one.address in arrivals:
            return False
        arrivals.add(one, self._writer.hashed(one.address))
        if one.asked is not None:
            asked.append(one)
        if len(arrivals) == self._sizes[lane]:
            self._write(lane)
        return True

    def finish(self) -> None:
        """Write what is left, and wait for everything."""
        for lane in range(len(self._filling)):
            self._write(lane)
            self._wait(lane)

    def _write(self, lane: int) -> None:
        self._wait(lane)
        chunk = self._filling[lane]
        self._filling[lane], self._sizes[lane] = self._writer.new_chunk(), CHUNK
        if len(chunk.arrivals):
            self._under_way[lane] = self._pool.submit(self._writer.write, chunk)

    def _wait(self, lane: int) -> None:
        under_way = self._under_way[lane]
        if under_way is not None:
            under_way.result()


class _Writer:
    """Writes one chunk in one transaction."""

    def __init__(
        self, db: Database, settings: Settings, list_id: UUID, now: datetime, dry_run: bool
    ) -> None:
        self.counts: Counter[Fate] = Counter()
        self.hashed = partial(hash_address, settings)
        self._db = db
        self._list_id = list_id
        self._now = now
        self._dry_run = dry_run
        self._lock = Lock()

    def new_chunk(self) -> _Chunk:
        return _Chunk(Arrivals(self._db.engine.dialect.name), [])

    def write(self, chunk: _Chunk) -> None:
        """Decided anew where somebody came by another way in the meantime."""
        for is_last in (False, False, True):
            try:
                fates = self._try(chunk)
                break
            except IntegrityError:
                if is_last:
                    raise
        with self._lock:
            self.counts += fates

    def _try(self, chunk: _Chunk) -> Counter[Fate]:
        with self._db.begin() as session:
            fates = decide_arrivals(session, self._list_id, chunk.arrivals)
            if self._dry_run:
                session.rollback()
            else:
                carry_out(session, self._list_id, fates, self._now)
                keep_consents(session, self._list_id, chunk.asked)
        return fates


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
        | {fate.value: n for fate, n in (found.counts | found.partings).items()},
    )
