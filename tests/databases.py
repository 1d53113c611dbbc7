"""Databases for tests that only want one: a server that does not wait for its disk, a database that
one test after the other has, and engines that share what they have compiled."""

from uuid import uuid4

import psycopg
from psycopg import Connection, sql
from sqlalchemy import Engine

from digest.store.engine import Database
from tests.servers import Postgres

MOST_GROWTH = 32 << 20  # octets: what was emptied keeps its place on disk, and slows who reads

STATEMENTS = 5_000  # that all tests together may keep compiled

_first: dict[str, Engine] = {}


def warmed(database: Database) -> Database:
    """With all statements that were compiled for the databases of this kind before it: to compile
    them anew for each test takes a tenth of the time of all tests."""
    engine = database.engine
    first = _first.setdefault(engine.name, engine)
    if engine is first:
        engine._compiled_cache.capacity = STATEMENTS
        engine.connect().close()  # its dialect learns what the server can do
    engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    return database


class HastyPostgres(Postgres):
    """Would lose what it committed last if the machine lost its power."""

    def command(self) -> list[str]:
        hasty = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
        return [*super().command(), *(word for setting in hasty for word in ("-c", setting))]


class Reused:
    """A database that is like ``template`` whenever it is taken. To empty it takes a tenth of what
    it takes to make one; where a test leaves more in it than rows (another schema, a connection
    that is open, much room on disk), the next test gets a new one."""

    def __init__(self, server: Postgres, template: str) -> None:
        self._server = server
        self._template = template
        self._name: str | None = None
        with psycopg.connect(server.url(template)) as connection:
            self._rows = {name: _copy(connection, name) for name in _tables(connection)}

    def take(self) -> str:
        """Its URL."""
        if self._name is None:
            self._name = f"test_{uuid4().hex}"
            self._server.create_database(self._name, self._template)
            with psycopg.connect(self._server.url(self._name)) as connection:
                self._state = _state(connection)
        return self._server.url(self._name)

    def give_back(self) -> None:
        """Make it like the template again, or have another one made for the next test."""
        assert self._name is not None
        try:
            with psycopg.connect(self._server.url(self._name)) as connection:
                if _is_alone(connection) and _state(connection) == self._state:
                    self._empty(connection)
                    return
        except psycopg.Error:
            pass  # a test has left it beyond use
        self._name = None

    def _empty(self, connection: Connection) -> None:
        connection.execute("SET LOCAL lock_timeout = '5s'")
        connection.execute("SET LOCAL session_replication_role = replica")  # in whatever order
        delete = sql.SQL("DELETE FROM {};")
        connection.execute(
            sql.SQL("").join(delete.format(sql.Identifier(name)) for name in self._rows)
        )
        for name, rows in self._rows.items():
            if rows:
                into = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))
                with connection.cursor().copy(into) as copy:
                    copy.write(rows)


def _tables(connection: Connection) -> list[str]:
    asked = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    return [name for (name,) in connection.execute(asked)]


def _copy(connection: Connection, table: str) -> bytes:
    out = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
    with connection.cursor().copy(out) as copy:
        return b"".join(copy)


def _is_alone(connection: Connection) -> bool:
    asked = (
        "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database() "
        "AND backend_type = 'client backend'"
    )
    return _one(connection, asked)[0]


def _state(connection: Connection) -> tuple[object, ...]:
    """Changes with each change of the schema, and with the room that the tables take."""
    newest = [
        f"(SELECT count(*) FROM {catalog}), (SELECT max(xmin::text::bigint) FROM {catalog})"
        for catalog in ("pg_class", "pg_attribute", "pg_constraint", "pg_proc")
    ]
    room = f"pg_database_size(current_database()) / {MOST_GROWTH}"
    return _one(connection, f"SELECT {room}, {', '.join(newest)}")


def _one(connection: Connection, asked: str) -> tuple[object, ...]:
    row = connection.execute(asked).fetchone()
    assert row is not None
    return row
