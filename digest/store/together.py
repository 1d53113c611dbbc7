"""Statements that run some fifty times a second: built once, sent without waiting for each other.

What is sent within one ``Together`` goes to PostgreSQL in one piece, as prepared statements to be
executed: a sender's transaction of eight statements waits for two answers and not for ten. SQLite
has no answers to wait for. Either way the statements take effect one after the other, in the order
in which they were sent.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol, cast
from uuid import UUID

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Executable
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine, Uuid

from digest.store.engine import PREPARED, Session

Values = Mapping[str, Any]
_Change = Callable[[Any], Any]


_TYPES = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
_numbers = count(1)


class Statement:
    """A statement whose parameters have names; ``build`` is given the dialect's."""

    def __init__(self, build: Callable[[str], Executable]) -> None:
        self._build = build
        self._in_sqlite: Executable | None = None
        self._in_postgresql: _Prepared | None = None

    @property
    def in_sqlite(self) -> Executable:
        if self._in_sqlite is None:
            self._in_sqlite = self._build("sqlite")
        return self._in_sqlite

    @property
    def in_postgresql(self) -> "_Prepared":
        if self._in_postgresql is None:
            self._in_postgresql = _prepare(self._build("postgresql"))
        return self._in_postgresql


class Answer(Protocol):
    """What a statement gives."""

    def rows(self) -> Sequence[Any]:
        """Its rows, by name; waits for them."""


class Together(Protocol):
    """Sends statements of one transaction. ``dialect`` is ``sqlite`` or ``postgresql``."""

    dialect: str

    def do(self, statement: Statement, values: Values) -> None:
        """Nothing is asked back."""

    def ask(self, statement: Statement, values: Values) -> Answer:
        """Rows will come."""

    def commit(self) -> None:
        """End the transaction here, with the last statements: where nothing else follows, this
        saves the wait for a COMMIT of its own."""


@contextmanager
def together(session: Session) -> Iterator[Together]:
    """When it ends, all that was sent has been answered. The session itself must not be used
    meanwhile. Raises what the session would."""
    session.flush()
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        yield _OneByOne(connection)
        return
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    try:
        line = AtOnce(driver, known_by(connection.info, driver))
        yield line
        line.send()
    except psycopg.Error as error:
        if driver.closed:
            connection.invalidate(error)
        raise DBAPIError.instance(
            None,
            None,
            error,
            psycopg.Error,
            hide_parameters=True,
            connection_invalidated=driver.closed,
            dialect=connection.dialect,
        ) from error


def known_by(info: dict[Any, Any], driver: "psycopg.Connection[Any]") -> set[str]:
    """The names of what a connection has prepared; the server is asked where a rollback may have
    cost some of it."""
    if PREPARED not in info:
        with psycopg.ClientCursor(driver) as cursor:
            cursor.execute("SELECT name FROM pg_prepared_statements WHERE from_sql")
            info[PREPARED] = {name for (name,) in cursor.fetchall()}
    known: set[str] = info[PREPARED]
    return known


class _OneByOne:
    """As SQLAlchemy does it."""

    dialect = "sqlite"

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def do(self, statement: Statement, values: Values) -> None:
        self._connection.execute(statement.in_sqlite, values)

    def ask(self, statement: Statement, values: Values) -> Answer:
        return _Given(self._connection.execute(statement.in_sqlite, values).all())

    def commit(self) -> None:
        """At the end of the session's transaction, which costs no wait."""


@dataclass(frozen=True, slots=True)
class _Given:
    """Rows that are here."""

    given: Sequence[Any]

    def rows(self) -> Sequence[Any]:
        return self.given


class AtOnce:
    """Straight through the driver: ``EXECUTE a(…); EXECUTE b(…)`` as one query."""

    dialect = "postgresql"

    def __init__(
        self, driver: "psycopg.Connection[Any]", known: set[str], *, begins: bool = True
    ) -> None:
        self._driver = driver
        self._begins = begins  # a transaction that others may go on with
        self._known = known  # names of what this connection has prepared
        self._calls: list[str] = []
        self._values: list[Any] = []
        self._answers: list[_Coming | None] = []

    def do(self, statement: Statement, values: Values) -> None:
        self._call(statement.in_postgresql, values)
        self._answers.append(None)

    def ask(self, statement: Statement, values: Values) -> Answer:
        self._call(statement.in_postgresql, values)
        answer = _Coming(self, statement.in_postgresql)
        self._answers.append(answer)
        return answer

    def commit(self) -> None:
        self._calls.append("COMMIT")
        self._answers.append(None)

    def send(self) -> None:
        """Whatever has been gathered; hands out what comes."""
        calls, values, answers = self._calls, self._values, self._answers
        if not calls:
            return
        self._calls, self._values, self._answers = [], [], []
        if self._begins and self._driver.info.transaction_status is TransactionStatus.IDLE:
            self._driver.autocommit = True  # else the driver sends a BEGIN first, and waits for it
            calls, answers = ["BEGIN", *calls], [None, *answers]
        with psycopg.ClientCursor(self._driver) as cursor:
            cursor.execute("; ".join(calls), values)
            for answer in answers:
                if answer is not None:
                    answer.given = cursor.fetchall()
                cursor.nextset()

    def _call(self, prepared: "_Prepared", values: Values) -> None:
        if prepared.name not in self._known:
            with psycopg.ClientCursor(self._driver) as cursor:
                cursor.execute(f"PREPARE {prepared.name} AS {prepared.sql}")
            self._known.add(prepared.name)
        self._calls.append(prepared.call)
        self._values += prepared.parameters(values)


@dataclass(slots=True)
class _Coming:
    """Rows that are under way."""

    line: AtOnce
    prepared: "_Prepared"
    given: Sequence[Sequence[Any]] | None = None

    def rows(self) -> Sequence[Any]:
        if self.given is None:
            self.line.send()
        assert self.given is not None
        return self.prepared.rows(self.given)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A statement as PostgreSQL takes it, and what changes between its values and ours."""

    name: str
    sql: str
    call: str
    fixed: Values  # parameters that are always the same
    order: Sequence[tuple[str, _Change | None]]  # the others, and these: as they are numbered
    row: Callable[[Any], Any]
    inward: Sequence[tuple[int, _Change]]  # by column

    def parameters(self, values: Values) -> list[Any]:
        given = {**self.fixed, **values}
        return [change(given[name]) if change else given[name] for name, change in self.order]

    def rows(self, raw: Sequence[Sequence[Any]]) -> list[Any]:
        made = []
        for values in raw:
            cells = list(values)
            for place, change in self.inward:
                if cells[place] is not None:
                    cells[place] = change(cells[place])
            made.append(self.row(cells))
        return made


def _prepare(statement: Executable) -> _Prepared:
    clause = cast(ClauseElement, statement)
    compiled = cast(SQLCompiler, clause.compile(dialect=_TYPES))
    bound = {name: bind for bind, name in compiled.bind_names.items()}
    order = [(name, _out(bound[name].type)) for name in compiled.positiontup or ()]
    name = f"digest_{next(_numbers)}"
    columns = getattr(clause, "exported_columns", ())
    return _Prepared(
        name=name,
        sql=compiled.string,
        call=f"EXECUTE {name}({', '.join('%s' for _ in order)})",
        fixed={name: bind.effective_value for name, bind in bound.items() if not bind.required},
        order=order,
        row=_row([column.key for column in columns]),
        inward=[
            (place, change)
            for place, column in enumerate(columns)
            if (change := _in(column.type)) is not None
        ],
    )


def _out(kind: TypeEngine[Any]) -> _Change | None:
    if isinstance(kind, ARRAY) and isinstance(kind.item_type, Uuid):
        return _ids  # in a third of the driver's time
    return kind.dialect_impl(_TYPES).bind_processor(_TYPES)


def _ids(ids: Sequence[UUID]) -> str:
    return f"{{{','.join([id_.hex for id_ in ids])}}}"


def _in(kind: TypeEngine[Any]) -> _Change | None:
    return kind.dialect_impl(_TYPES).result_processor(_TYPES, None)


def _row(names: Sequence[str]) -> Callable[[Any], Any]:
    made: Any = namedtuple("Row", names)  # type: ignore[misc]
    return cast(Callable[[Any], Any], made._make)
