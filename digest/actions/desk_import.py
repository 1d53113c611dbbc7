"""An import at the desk: a table is uploaded and looked at, then a worker takes it in."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path, PurePath
from typing import Any
from uuid import UUID

from digest.actions.import_subscribers import PREVIEW
from digest.actions.import_tables import MOST_UNPACKED, Taken, import_tables
from digest.audience.table import (
    Gone,
    Origin,
    Part,
    Person,
    Reject,
    Service,
    Standing,
    open_table,
    parts_of,
)
from digest.clock import monotonic, utc_now
from digest.domain.errors import DigestError, Illegal
from digest.settings import Settings
from digest.store.engine import Database
from digest.store.imports import ImportState, PeopleImport, get_import, take_import
from digest.store.lists import MailingList, find_list, get_list

LARGEST = 20 * 1024 * 1024  # bytes; the command takes more
MOST_REJECTS = 1_000  # that are kept to be looked at
KEPT = timedelta(days=1)  # an upload that nobody starts
SAYS_EVERY = 2.0  # seconds between two words on how far it is


@dataclass(frozen=True, slots=True)
class Preview:
    """What a look at the first rows of a table shows."""

    name: str
    columns: dict[str, int]
    attributes: tuple[str, ...]
    encoding: str
    rows: tuple[Person | Reject | Gone, ...]


def upload_people(
    db: Database,
    list_slug: str,
    *,
    name: str,
    content: bytes,
    origin: Origin,
    now: datetime,
    actor: str,
) -> UUID:
    """Keep an uploaded file, to be looked at; ``Illegal`` says what it is if it holds no table, or
    is not what ``origin`` says."""
    if not content:
        raise Illegal("That file is empty.")
    if len(content) > LARGEST:
        raise Illegal(
            f"That file has more than {LARGEST >> 20} MB; `digest subscriber import` takes it."
        )
    with db.begin() as session:
        mailing_list = find_list(session, list_slug)
        row = PeopleImport(
            list_id=mailing_list.id,
            file_name=_plain_name(name),
            service=origin.service,
            standing=origin.standing,
            size=len(content),
            content=content,
            created_at=now,
            created_by=actor,
            touched_at=now,
        )
        session.add(row)
        session.flush()
        _look(row, mailing_list)
        return row.id


def _plain_name(name: str) -> str:
    """A file's name that a folder takes: no other folder, no control characters, 120 octets."""
    last = PurePath(name.replace("\\", "/")).name
    printable = "".join(sign for sign in last if sign.isprintable())
    short = printable.encode()[:120].decode("utf-8", "ignore")
    return short if short.strip(".") else "people.csv"


def preview_import(db: Database, import_id: UUID) -> list[Preview]:
    """The first rows of each table of a file that was not started."""
    with db.read() as session:
        row = get_import(session, import_id)
        return _look(row, get_list(session, row.list_id))


def _look(row: PeopleImport, mailing_list: MailingList) -> list[Preview]:
    if row.content is None:
        raise Illegal("This table is not kept any more; upload it again.")
    with (
        _file(row.file_name, row.content) as path,
        parts_of(path, _origin(row), most=MOST_UNPACKED) as parts,
    ):
        return [_look_at(part, mailing_list) for part in parts]


def _look_at(part: Part, mailing_list: MailingList) -> Preview:
    with open_table(part.path, part.form.find_columns) as table:
        reader = part.form.reader(table.columns, mailing_list)
        return Preview(
            name=part.path.name,
            columns=table.columns.places,
            attributes=tuple(table.columns.attributes),
            encoding=table.encoding,
            rows=tuple(map(reader.read, islice(table.rows, PREVIEW))),
        )


def _origin(row: PeopleImport) -> Origin:
    return Origin(
        Service(row.service) if row.service else None,
        Standing(row.standing) if row.standing else None,
    )


def start_import(db: Database, import_id: UUID, *, now: datetime) -> None:
    """Let a worker take it in; ``Illegal`` where it was started before."""
    with db.begin() as session:
        row = get_import(session, import_id)
        if row.state is not ImportState.SHOWN:
            raise Illegal(f"This import is {row.state}; it can't be started again.")
        row.state, row.touched_at = ImportState.WAITING, now


def run_import(db: Database, settings: Settings, import_id: UUID, now: datetime) -> None:
    """Take a table in; the row says how far it is. Should this process die, another takes it in
    from the beginning, which changes nothing for those who are there."""
    with db.begin() as session:
        if not take_import(session, import_id, now):
            return
        row = get_import(session, import_id)
        name, content, actor = row.file_name, row.content or b"", row.created_by
        origin = _origin(row)
        slug = get_list(session, row.list_id).slug
    rejects: list[list[Any]] = []

    def keep(reject: Reject) -> None:
        if len(rejects) < MOST_REJECTS:
            rejects.append([reject.line, reject.reason, [cell[:200] for cell in reject.cells[:20]]])

    try:
        with _file(name, content) as path:
            taken = import_tables(
                db,
                settings,
                path,
                origin,
                list_slug=slug,
                now=now,
                actor=actor,
                on_reject=keep,
                on_share=_Teller(db, import_id).tell,
            )
    except DigestError as error:
        _end(db, import_id, ImportState.FAILED, error=str(error))
        raise
    _end(db, import_id, ImportState.DONE, result=_result(taken, rejects))


class _Teller:
    """Writes down how far it is, now and then."""

    def __init__(self, db: Database, import_id: UUID) -> None:
        self._db = db
        self._id = import_id
        self._next = monotonic()

    def tell(self, share: float) -> None:
        if monotonic() < self._next:
            return
        self._next = monotonic() + SAYS_EVERY
        with self._db.begin() as session:
            row = get_import(session, self._id)
            row.position, row.touched_at = int(share * row.size), utc_now()


def _result(taken: Taken, rejects: list[list[Any]]) -> dict[str, Any]:
    return {
        "rows": taken.rows,
        "rejected": taken.rejected,
        "duplicates": taken.duplicates,
        "flags": {flag.value: n for flag, n in taken.flags.items()},
        "counts": {fate.value: n for fate, n in (taken.counts | taken.partings).items()},
        "rejects": rejects,
    }


def _end(
    db: Database,
    import_id: UUID,
    state: ImportState,
    *,
    result: dict[str, Any] | None = None,
    error: str | None = None,
) -> None:
    with db.begin() as session:
        row = get_import(session, import_id)
        row.state, row.result, row.error, row.content = state, result, error, None
        row.position, row.touched_at = row.size, utc_now()


@contextmanager
def _file(name: str, content: bytes) -> Iterator[Path]:
    """The table as a file, while it is read."""
    with tempfile.TemporaryDirectory(prefix="people-") as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        yield path
