"""Put a backup in the place of the database: whole or not at all, and silent until confirmed."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from tempfile import gettempdir

from digest.actions.make_backup import own_keys
from digest.actions.replay_departures import replay_departures
from digest.actions.watch_departures import DepartureWatch
from digest.departures import Departure, Departures, Kind
from digest.domain.errors import Illegal
from digest.operate.backup_file import BackupFile, Manifest, fingerprint
from digest.operate.left_over import workplace
from digest.operate.postgres_tools import PostgresTools
from digest.settings import Settings
from digest.store import audit
from digest.store.campaigns import sent_in_all
from digest.store.copying import check_sqlite, copy_sqlite, is_empty, marking, sqlite_file
from digest.store.engine import Database, Session, StoreUnavailable, database_time
from digest.store.epoch import begin_restore, read_epoch
from digest.store.heartbeats import all_heartbeats
from digest.store.schema import current_revision, newest_revision, upgrade
from digest.store.suppressions import suppressed_since

ALIVE = timedelta(seconds=30)  # a process says every ten that it lives
WORKPLACE = ".digest-restore-"  # how the folder's name begins


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and what is known of the time since then."""

    manifest: Manifest
    replaced: str | None  # how the database stood that was there; None: there was none
    knew_who_went: bool  # the database that was there could be asked
    sent_since: int | None  # mails; None where nobody knows
    replayed: Mapping[Kind, int]
    other_secret: bool  # links in mails sent before don't work with the key here


class Standing(Enum):
    """What is there, where a backup is to be put."""

    EMPTY = "there was none"
    USABLE = "it could be read"
    OTHER = "it is of another version"
    UNREADABLE = "it can't be read"


def restore_backup(
    db: Database, settings: Settings, path: Path, *, replace: bool, now: datetime, actor: str
) -> Restored:
    """Put it back; nothing is sent afterwards before ``digest campaign confirm-restore``.

    ``Illegal`` where that makes no sense, ``Permanent`` where the file is damaged; the database is
    then as it was.
    """
    with BackupFile(path) as backup:
        manifest = backup.manifest
        _require_fitting(db, manifest)
        other_secret = _settle_keys(settings, backup)
        standing = _standing(db)
        if standing is not Standing.EMPTY and not replace:
            raise Illegal(
                f"There is a database at {db.shown} already; --replace puts the backup in its "
                "place, for good."
            )
        sent = _ask_old(db, settings, manifest, now) if standing is Standing.USABLE else None
        if db.is_sqlite:
            _place_sqlite(db, backup, standing, now)
        else:
            _place_postgresql(db, settings, backup)
    upgrade(db)
    replayed = replay_departures(db, settings, now=now, actor=actor)
    with db.begin() as session:
        sent_then = sent_in_all(session)
        _record(session, manifest, now, actor)
    return Restored(
        manifest=manifest,
        replaced=None if standing is Standing.EMPTY else standing.value,
        knew_who_went=sent is not None,
        sent_since=None if sent is None else sent - sent_then,
        replayed=replayed,
        other_secret=other_secret,
    )


def _require_fitting(db: Database, manifest: Manifest) -> None:
    kind = db.engine.dialect.name
    if manifest.kind != kind:
        raise Illegal(
            f"This is a backup of {manifest.kind}, and the database here is {kind}; set "
            "DIGEST_DATABASE_URL to one of its kind."
        )
    if manifest.revision > newest_revision():
        raise Illegal(
            f"This backup has schema revision {manifest.revision}, made by version "
            f"{manifest.version}, and this version knows {newest_revision()}: install that one."
        )


# The keys.


def _settle_keys(settings: Settings, backup: BackupFile) -> bool:
    """Put keys of the backup where there are none; gives whether links made before won't work.

    ``Illegal`` with another suppression key: who is known by its hashes would be mailed again.
    """
    for name in backup.manifest.keys:
        key = backup.key(name)
        if key is not None and not settings.has_key(name):
            _keep(settings.key_file(name), key)
    own = {name: fingerprint(key) for name, key in own_keys(settings).items()}
    differs = {name for name, print_ in backup.manifest.keys.items() if own.get(name) != print_}
    if "suppression_key" in differs:
        file = settings.key_file("suppression_key")
        raise Illegal(
            "The suppression key here is not the one that the backup's hashes were made with, and "
            f"who was erased would not be known again: put that one into {file} or "
            "DIGEST_SUPPRESSION_KEY (where the backup holds its keys, moving that file away will "
            "do)."
        )
    return "secret_key" in differs


def _keep(path: Path, key: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)


# What was there.


def _standing(db: Database) -> Standing:
    if db.is_sqlite and not sqlite_file(db).exists():
        return Standing.EMPTY
    try:
        if is_empty(db):
            return Standing.EMPTY
        return Standing.USABLE if current_revision(db) == newest_revision() else Standing.OTHER
    except StoreUnavailable:
        if db.is_sqlite:  # damaged; a PostgreSQL that does not answer can't be restored to
            return Standing.UNREADABLE
        raise


def _ask_old(db: Database, settings: Settings, manifest: Manifest, now: datetime) -> int | None:
    """Note who went since the backup where that outlives the database; gives how many mails were
    ever sent. None where it is not the database that the backup was made of."""
    with db.read() as session:
        alive = [
            f"{one.kind} {one.pid} on {one.host}"
            for one in all_heartbeats(session)
            if database_time(session) - one.seen_at < ALIVE
        ]
        if alive:
            raise Illegal(
                f"The service runs ({', '.join(alive)}): stop it, and wait half a minute where it "
                "was killed."
            )
        if read_epoch(session).database_id != manifest.database_id:
            return None
        suppressed = [
            Departure(one.since, Kind.SUPPRESSED, one.address_hash, one.reason.value)
            for one in suppressed_since(session, manifest.taken_at)
        ]
        sent = sent_in_all(session)
    DepartureWatch().look(db, settings, now)
    Departures(settings, manifest.database_id).note(suppressed, now)
    return sent


# Putting it there.


def _place_sqlite(db: Database, backup: BackupFile, standing: Standing, now: datetime) -> None:
    """Made ready beside it, then copied over it in one transaction of SQLite's."""
    target = sqlite_file(db)
    target.parent.mkdir(parents=True, exist_ok=True)
    with workplace(target.parent, WORKPLACE) as place:
        staged = place / "digest.db"
        _unpack(backup, staged)
        check_sqlite(staged)
        ready = Database(f"sqlite:///{staged}")
        upgrade(ready)
        with ready.begin() as session:
            begin_restore(session, backup.manifest.taken_at)
        ready.close()
        db.close()
        if standing is Standing.UNREADABLE:
            _set_aside(target, now)
        copy_sqlite(staged, target)


def _set_aside(damaged: Path, now: datetime) -> None:
    for suffix in ("-wal", "-shm", ""):
        file = damaged.with_name(damaged.name + suffix)
        if file.exists():
            file.rename(f"{damaged}.damaged-{now:%Y%m%dT%H%M%S}{suffix}")


def _place_postgresql(db: Database, settings: Settings, backup: BackupFile) -> None:
    """One transaction; it is at the backup's revision, and marked, when that commits."""
    tools = PostgresTools(settings.postgres_bin, db)
    with workplace(Path(gettempdir()), WORKPLACE) as place:
        dump = place / "database.dump"
        _unpack(backup, dump)
        tools.restore(dump, marking(backup.manifest.taken_at))
    db.close()  # connections that knew what was there


def _unpack(backup: BackupFile, to: Path) -> None:
    with backup.database() as packed, to.open("wb") as file:
        shutil.copyfileobj(packed, file, 1 << 20)


def _record(session: Session, manifest: Manifest, now: datetime, actor: str) -> None:
    audit.record(
        session,
        now=now,
        actor=actor,
        action="restored",
        noun="database",
        noun_id=manifest.database_id,
        after={"taken_at": manifest.taken_at.isoformat(), "epoch": manifest.epoch},
    )
