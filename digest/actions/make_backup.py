"""Copy the whole database into one file, while whatever happens goes on."""

import shutil
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from digest import __version__
from digest.domain.errors import Illegal
from digest.operate.backup_file import FORMAT, Manifest, fingerprint, new_file, write_backup
from digest.operate.postgres_tools import PostgresTools
from digest.settings import Settings
from digest.store.copying import Contents, contents, copy_sqlite, held_snapshot, sqlite_file
from digest.store.engine import Database
from digest.store.schema import current_revision

Dump = Callable[[IO[bytes]], Contents]


def make_backup(
    db: Database,
    settings: Settings,
    path: Path,
    *,
    overwrite: bool = False,
    with_keys: bool = True,
    now: datetime,
) -> Manifest:
    """Write a backup to ``path``, whole or not at all; gives what it says of itself.

    ``Illegal`` where there is such a file, or where PostgreSQL's programs are missing or too old.
    """
    if path.exists() and not overwrite:
        raise Illegal(f"There is a file {path} already; give another name, or --force.")
    keys = own_keys(settings)
    revision = current_revision(db) or ""

    def describe(held: Contents) -> Manifest:
        return Manifest(
            format=FORMAT,
            kind=db.engine.dialect.name,
            revision=revision,
            version=__version__,
            taken_at=now,
            database_id=held.database_id,
            epoch=held.epoch,
            counts=held.counts,
            keys={name: fingerprint(key) for name, key in keys.items()},
            holds_keys=with_keys,
        )

    dump = _sqlite(db, path.parent) if db.is_sqlite else _postgresql(db, settings)
    kept = keys if with_keys else {}
    with new_file(path, overwrite=overwrite) as draft:
        return write_backup(draft, dump, describe, kept, is_packed=not db.is_sqlite)


def own_keys(settings: Settings) -> dict[str, bytes]:
    """The keys without which the rows are worth less: they sign links, and hash addresses."""
    return {"secret_key": settings.secret, "suppression_key": settings.suppression_secret}


def _sqlite(db: Database, folder: Path) -> Dump:
    return partial(_dump_sqlite, sqlite_file(db), folder)


def _dump_sqlite(source: Path, folder: Path, to: IO[bytes]) -> Contents:
    with TemporaryDirectory(dir=folder, prefix=".digest-backup-") as place:
        copy = Path(place) / "copy.db"
        copy_sqlite(source, copy)
        own = Database(f"sqlite:///{copy}")
        with own.read() as session:
            held = contents(session)
        own.close()
        with copy.open("rb") as file:
            shutil.copyfileobj(file, to, 1 << 20)
    return held


def _postgresql(db: Database, settings: Settings) -> Dump:
    return partial(_dump_postgresql, db, PostgresTools(settings.postgres_bin, db))


def _dump_postgresql(db: Database, tools: PostgresTools, to: IO[bytes]) -> Contents:
    with held_snapshot(db) as (session, snapshot):
        tools.dump(snapshot, to)
        return contents(session)
