"""Whole databases, copied and put back: what SQLite does, and what PostgreSQL's tools need."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, inspect, select, text

from digest.domain.errors import Illegal, Permanent
from digest.store.briefs import Brief
from digest.store.campaigns import Campaign
from digest.store.deliveries import Delivery
from digest.store.editions import Edition
from digest.store.engine import Database, Session, StoreUnavailable
from digest.store.epoch import read_epoch
from digest.store.lists import MailingList
from digest.store.subscribers import Subscriber, Subscription
from digest.store.suppressions import Suppression

COUNTED = (
    MailingList,
    Subscriber,
    Subscription,
    Suppression,
    Brief,
    Edition,
    Campaign,
    Delivery,
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds. ``counts``: rows by table."""

    database_id: UUID
    epoch: int
    counts: dict[str, int]


def contents(session: Session) -> Contents:
    """Counted row by row."""
    epoch = read_epoch(session)
    counts = {
        row.__tablename__: session.scalar(select(func.count()).select_from(row)) or 0
        for row in COUNTED
    }
    return Contents(epoch.database_id, epoch.epoch, counts)


def is_empty(db: Database) -> bool:
    """Whether it has no tables at all."""
    with db.explained():
        return not inspect(db.engine).get_table_names()


# SQLite.


def sqlite_file(db: Database) -> Path:
    """Where an SQLite database lies; ``Illegal`` for one that is in memory."""
    name = db.engine.url.database
    if not name or name == ":memory:":
        raise Illegal("A database in memory can't be backed up.")
    return Path(name)


def copy_sqlite(source: Path, target: Path) -> None:
    """Make ``target`` what ``source`` is at this moment, in one transaction of each: whoever writes
    to ``source`` meanwhile does not wait, and a crash leaves ``target`` as it was."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        try:
            old.backup(new, pages=-1)
        except sqlite3.Error as error:
            raise StoreUnavailable(f"{source} can't be copied to {target}: {error}.") from None


def check_sqlite(file: Path) -> None:
    """``Permanent`` where the file is no whole database."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        verdict = str(error)
    if verdict != "ok":
        raise Permanent(f"The database in the backup is damaged: {verdict}.")


# PostgreSQL.


@contextmanager
def held_snapshot(db: Database) -> Iterator[tuple[Session, str]]:
    """A session that sees one moment for as long as it is open, and the name by which ``pg_dump``
    sees the same. On a connection of its own: it is not like those that others use."""
    own = Database(db.engine.url.render_as_string(hide_password=False))
    engine = own.engine.execution_options(isolation_level="REPEATABLE READ")
    try:
        with own.explained(), Session(engine) as session, session.begin():
            session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            yield session, session.execute(text("SELECT pg_export_snapshot()")).scalar_one()
    finally:
        own.close()


def server_version(db: Database) -> int:
    """The major version of a PostgreSQL."""
    with db.read() as session:
        return int(session.execute(text("SHOW server_version_num")).scalar_one()) // 10_000


def libpq(db: Database) -> tuple[str, dict[str, str]]:
    """How PostgreSQL's own tools are told where a database is: a URL that others may see in the
    list of processes, and the password apart from it, for their environment."""
    url = db.engine.url.set(drivername="postgresql", password=None)
    password = db.engine.url.password
    shown = url.render_as_string(hide_password=False)
    return shown, {"PGPASSWORD": str(password)} if password else {}


def emptying(db: Database) -> str:
    """SQL that drops all tables of a PostgreSQL and the function that makes ids; it does not wait
    long for those who use them."""
    with db.explained():
        names = inspect(db.engine).get_table_names()
    quote = db.engine.dialect.identifier_preparer.quote_identifier
    tables = "".join(f"DROP TABLE {quote(name)} CASCADE;\n" for name in names)
    return f"SET lock_timeout = '10s';\n{tables}DROP FUNCTION IF EXISTS digest_uuid7();\n"


def marking(taken_at: datetime) -> str:
    """SQL that does what ``begin_restore`` does, at the end of what ``pg_restore`` wrote: it leaves
    no schema to be searched."""
    moment = taken_at.astimezone(UTC).isoformat()
    return f"RESET search_path;\nUPDATE send_epoch SET restored_from = '{moment}';\n"
