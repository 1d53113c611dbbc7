"""The database: one engine, transactions that begin and end in actions, and its clock."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import ColumnElement, Float, Uuid, create_engine, event, literal, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import IntegrityError as IntegrityError  # for those who may not know SQL
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session as Session  # likewise
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from digest.domain.errors import Illegal, Transient
from digest.store.address_parts import add_address_functions
from digest.store.base import Row, UtcDateTime

LOCK_TIMEOUT = timedelta(seconds=10)
CONNECT_SECONDS = 5
NO_NUL = ("NUL (0x00)", "\\u0000")  # how PostgreSQL refuses it in a text, and in JSON
PREPARED = "prepared"  # among what is noted of a connection: names, as far as they are known
IDLE_SECONDS = 1.0  # after so long a connection is asked whether it is alive

# A host that has vanished is noticed within half a minute, by both sides: a sender goes on with
# another connection, and the server lets go of the rows that were locked for the lost one. So it
# does for a process that stands still in a transaction.
_CLIENT_TCP = {  # libpq's parameters: seconds, a number of probes, milliseconds
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
_SERVER_LIMITS = """
SET tcp_keepalives_idle = 10;
SET tcp_keepalives_interval = 5;
SET tcp_keepalives_count = 3;
SET tcp_user_timeout = 25000;
SET idle_in_transaction_session_timeout = '30s';
"""


class StoreUnavailable(Transient):
    """The database can't be used just now: gone, locked, full or read-only."""


class Database:
    """An engine and the two kinds of transaction that there are."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @property
    def shown(self) -> str:
        """The URL without its password."""
        return self.engine.url.render_as_string(hide_password=True)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A transaction that may write; commits at the end, rolls back on any exception."""
        with self._session(self.engine) as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only reads; in SQLite it takes no lock that writers wait for."""
        with self._session(self.engine.execution_options(read_only=True)) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """The same, and all that it reads is of one moment, whatever others write meanwhile."""
        one_moment = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self._session(self.engine.execution_options(read_only=True, **one_moment)) as session:
            yield session

    @contextmanager
    def _session(self, engine: Engine) -> Iterator[Session]:
        new = Session(engine, expire_on_commit=False)
        with self.explained(), new as session, session.begin():
            yield session

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn the driver's errors into one clear sentence, where an operator can mend them."""
        try:
            yield
        except DBAPIError as error:
            if any(words in str(error.orig) for words in NO_NUL):
                raise Illegal("Text can't hold a NUL character.") from error
            sentence = _sentence(error, self.shown)
            if sentence is None:  # a bug, or something that the caller knows how to take
                raise
            raise StoreUnavailable(sentence) from error

    def close(self) -> None:
        """Close the pooled connections."""
        self.engine.dispose()


class db_now(FunctionElement[datetime]):  # noqa: N801 - it reads as the SQL function it is
    """The database's clock plus some seconds: leases are measured by it, on all hosts alike."""

    inherit_cache = True
    type = UtcDateTime()

    def __init__(self, plus_seconds: float | ColumnElement[float] = 0) -> None:
        is_number = isinstance(plus_seconds, int | float)
        super().__init__(literal(plus_seconds, Float()) if is_number else plus_seconds)


@compiles(db_now, "postgresql")
def _now_in_postgresql(element: db_now, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(clock_timestamp() + make_interval(secs => {compiler.process(element.clauses, **kw)}))"


@compiles(db_now, "sqlite")
def _now_in_sqlite(element: db_now, compiler: SQLCompiler, **kw: Any) -> str:
    seconds = compiler.process(element.clauses, **kw)
    return f"(strftime('%Y-%m-%d %H:%M:%f', 'now', {seconds} || ' seconds') || '000')"


def database_time(session: Session) -> datetime:
    """What the database's clock shows."""
    return session.scalars(select(db_now())).one()


class numbered_id(FunctionElement[UUID]):  # noqa: N801 - it reads as the SQL function it is
    """The id of a row that INSERT … SELECT makes: of a series (``domain.ids``) and a number. For
    PostgreSQL to make up a UUID costs ten times as much as to put this one together."""

    inherit_cache = True
    type = Uuid()


@compiles(numbered_id, "postgresql")
def _numbered_in_postgresql(element: numbered_id, compiler: SQLCompiler, **kw: Any) -> str:
    series, number = (compiler.process(part, **kw) for part in element.clauses)
    return f"CAST({series} || lpad(to_hex({number}), 8, '0') AS uuid)"


@compiles(numbered_id, "sqlite")
def _numbered_in_sqlite(element: numbered_id, compiler: SQLCompiler, **kw: Any) -> str:
    series, number = (compiler.process(part, **kw) for part in element.clauses)
    return f"({series} || printf('%08x', {number}))"


def insert_for(session: Session, row: type[Row]) -> Any:
    """The dialect's own INSERT, which knows ON CONFLICT."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(row)
    return postgresql.insert(row)


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise Illegal(
            "DIGEST_DATABASE_URL is not a database URL; give one such as "
            "postgresql://user:password@host/name or sqlite:////path/digest.db."
        ) from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        engine = create_engine(
            parsed,
            connect_args={"timeout": LOCK_TIMEOUT.total_seconds()},
            hide_parameters=True,  # they hold addresses
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif backend == "postgresql" and parsed.drivername in ("postgresql", "postgresql+psycopg"):
        engine = create_engine(
            parsed,
            connect_args={"connect_timeout": CONNECT_SECONDS, **_CLIENT_TCP},
            hide_parameters=True,
            pool_size=10,
            max_overflow=20,
        )
        event.listen(engine, "connect", _prepare_postgresql)
        event.listen(engine, "checkin", _put_back)
        event.listen(engine, "rollback", _forget_prepared)
        event.listen(engine, "rollback_savepoint", _forget_prepared)
        event.listen(engine, "checkout", partial(_ask_whether_alive, engine))
    else:
        raise Illegal(
            f"Databases of the kind {parsed.drivername!r} are not supported; give a URL that "
            "begins with postgresql:// or sqlite://."
        )
    return engine


def _forget_prepared(connection: Connection, *_: object) -> None:
    """A driver that rolls back lets go of all that the connection had prepared (psycopg sends a
    DEALLOCATE ALL), what ``together`` prepared with it: that asks the server what is left."""
    if not connection.invalidated:
        connection.info.pop(PREPARED, None)


def _put_back(connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    """A connection comes back as it was given: ``together`` begins transactions by itself."""
    record.info["used_at"] = monotonic()
    if connection is not None and connection.autocommit:
        connection.autocommit = False


def _ask_whether_alive(
    engine: Engine, connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object
) -> None:
    """A connection that lay idle may have been ended meanwhile; one that was just in use is taken
    as it is, which saves a sender one wait in five."""
    used_at = record.info.get("used_at")
    if used_at is None or monotonic() - used_at < IDLE_SECONDS:
        return
    try:
        engine.dialect.do_ping(connection)
    except psycopg.Error:
        raise InvalidatePoolError from None


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    add_address_functions(connection)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_postgresql(connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[PREPARED] = set[str]()
    connection.execute(_SERVER_LIMITS)
    connection.commit()


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("read_only", False)
    # IMMEDIATE takes the write lock at once: a transaction that begins by reading can't then
    # fail half-way with "database is locked".
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


_SQLITE_SAYS = {
    "locked": "is locked by another process",
    "full": "has no space left on its disk",
    "readonly": "is read-only",
    "unable to open": "can't be opened (does its folder exist, and may this user write to it?)",
    "disk i/o": "can't be read or written (disk error)",
    "no such table": "has not been set up; run `digest db upgrade`",
    "not a database": "is not an SQLite database",
    "malformed": "is damaged; put the latest backup in its place",
}

_POSTGRESQL_SAYS = {
    "prepared statement": "has lost a prepared statement; a pooler before it must keep sessions",
    "does not exist": "has not been set up; run `digest db upgrade`",
    "no space left": "has no space left on its disk",
    "read-only": "is read-only",
    "password authentication": "refused the user name or password",
    "statement timeout": "took too long to answer",
}


def _sentence(error: DBAPIError, shown: str) -> str | None:
    """What an operator can mend, in one clear sentence."""
    says = str(error.orig).lower()
    known = _SQLITE_SAYS if shown.startswith("sqlite") else _POSTGRESQL_SAYS
    for sign, meaning in known.items():
        if sign in says:
            return f"The database {shown} {meaning}."
    if error.connection_invalidated or isinstance(error, OperationalError):
        reason = str(error.orig).strip().splitlines()[0]
        return f"The database {shown} can't be reached: {reason}."
    return None
