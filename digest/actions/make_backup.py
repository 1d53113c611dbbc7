"""Copy the whole database into one file, while whatever happens goes on."""

import shutil
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO

from digest import __version__
from digest.domain.errors import Illegal
from digest.log import get_logger
from digest.operate.backup_file import FORMAT, Manifest, fingerprint, new_file, write_backup
from digest.operate.left_over import workplace
from digest.operate.postgres_tools import PostgresTools
from digest.settings import Settings
from digest.store import audit
from digest.store.copying import Contents, contents, copy_sqlite, held_snapshot, sqlite_file
from digest.store.engine import Database, Session, StoreUnavailable
from digest.store.epoch import read_epoch
from digest.store.schema import current_revision

Dump = Callable[[IO[bytes]], Contents]
MADE = "backed up"  # in the audit

log = get_logger(__name__)


def make_backup(
    db: Database,
    settings: Settings,
    path: Path,
    *,
    overwrite: bool = False,
    with_keys: bool = True,
    now: datetime,
    actor: str,
) -> Manifest:
    """Write a backup to ``path``, whole or not at all; gives what it says of itself. The audit has
    it afterwards: that is what `digest doctor` knows of backups.

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
        manifest = write_backup(draft, dump, describe, kept, is_packed=not db.is_sqlite)
    _note(db, manifest, path, actor)
    return manifest


def newest_backup(session: Session) -> datetime | None:
    """When the newest backup was made, as far as this database knows: one that it was restored from
    counts; None where there was none."""
    id_ = str(read_epoch(session).database_id)
    noted = [audit.last_of(session, "database", [id_], one).get(id_) for one in (MADE, "restored")]
    taken = [entry.after["taken_at"] for entry in noted if entry and entry.after]
    return max(map(datetime.fromisoformat, taken), default=None)


def _note(db: Database, manifest: Manifest, path: Path, actor: str) -> None:
    """It is made, even if this can't be noted: a standby, say, can be copied and not written to."""
    try:
        with db.begin() as session:
            audit.record(
                session,
                now=manifest.taken_at,
                actor=actor,
                action=MADE,
                noun="database",
                noun_id=manifest.database_id,
                after={"taken_at": manifest.taken_at.isoformat(), "file": path.name},
            )
    except StoreUnavailable as error:
        log.warning("the backup is made, and the database did not note it", error=str(error))


def own_keys(settings: Settings) -> dict[str, bytes]:
    """The keys without which the rows are worth less: they sign links, and hash addresses."""
    return {"secret_key": settings.secret, "suppression_key": settings.suppression_secret}


def _sqlite(db: Database, folder: Path) -> Dump:
    return partial(_dump_sqlite, sqlite_file(db), folder)


def _dump_sqlite(source: Path, folder: Path, to: IO[bytes]) -> Contents:
    with workplace(folder, ".digest-backup-") as place:
        copy = place / "copy.db"
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
