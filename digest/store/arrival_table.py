"""The table in which a chunk of people who may be new is laid down, one for each transaction."""

import re
from functools import lru_cache
from json.encoder import encode_basestring as in_json
from typing import Any, Protocol

from sqlalchemy import Boolean, Column, Integer, MetaData, Table, Text, Uuid, delete, insert
from sqlalchemy.schema import CreateTable

from digest.domain.states import Stream, SubscriptionState
from digest.store.base import AsJson, text_enum
from digest.store.engine import Session

NEW = Table(
    "arrival",
    MetaData(),
    Column("n", Integer()),  # in its chunk, from 1
    Column("address", Text()),
    Column("address_hash", Text()),
    Column("name", Text()),
    Column("attributes", AsJson(dict[str, Any])),
    Column("language", Text()),
    Column("timezone", Text()),
    Column("state", text_enum(SubscriptionState)),
    Column("stream", text_enum(Stream)),
    Column("local_hour", Integer()),
    Column("variant", Text()),
    Column("is_barred", Boolean()),  # these are looked up: suppressed,
    Column("person_id", Uuid()),  # known already,
    Column("here", text_enum(SubscriptionState)),  # and how they stand on this list
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DELETE ROWS",
)


class Arrival(Protocol):
    """Somebody who may be new."""

    @property
    def address(self) -> str: ...  # a roster key
    @property
    def name(self) -> str | None: ...
    @property
    def attributes(self) -> dict[str, str]: ...
    @property
    def language(self) -> str: ...
    @property
    def timezone(self) -> str | None: ...
    @property
    def is_confirmed(self) -> bool: ...  # else pending
    @property
    def stream(self) -> Stream: ...
    @property
    def local_hour(self) -> int | None: ...
    @property
    def variant(self) -> str: ...


class Arrivals:
    """A chunk of them, each address once, kept as the database takes them: who lays them down has
    nothing left to do but wait for it."""

    def __init__(self, dialect: str) -> None:
        self._addresses = set[str]()
        self._rows: list[dict[str, Any]] = []  # for SQLite
        self._lines: list[str] = []  # for PostgreSQL
        self._in_sqlite = dialect == "sqlite"

    def __len__(self) -> int:
        return len(self._addresses)

    def __contains__(self, address: str) -> bool:
        return address in self._addresses

    def add(self, one: Arrival, address_hash: str) -> None:
        """``address_hash``: how suppressions know the address."""
        self._addresses.add(one.address)
        n = len(self._addresses)
        if self._in_sqlite:
            self._rows.append(_row(n, one, address_hash))
        else:
            self._lines.append(_line(n, one, address_hash))

    def lay_down(self, session: Session) -> None:
        """In the table of this transaction."""
        session.execute(CreateTable(NEW, if_not_exists=True))
        if self._in_sqlite:
            session.execute(delete(NEW))
            session.execute(insert(NEW), self._rows)
        else:
            _copy(session, "".join(self._lines))


def _row(n: int, one: Arrival, address_hash: str) -> dict[str, Any]:
    return {
        "n": n,
        "address": one.address,
        "address_hash": address_hash,
        "name": one.name,
        "attributes": one.attributes,
        "language": one.language,
        "timezone": one.timezone,
        "state": _state(one.is_confirmed),
        "stream": one.stream,
        "local_hour": one.local_hour,
        "variant": one.variant,
    }


def _state(is_confirmed: bool) -> SubscriptionState:
    return SubscriptionState.CONFIRMED if is_confirmed else SubscriptionState.PENDING


def _line(n: int, one: Arrival, address_hash: str) -> str:
    """As PostgreSQL's COPY wants it (its text format)."""
    attributes = _text(_as_json(one.attributes)) if one.attributes else "{}"
    choices = _choices(
        one.language, one.timezone, one.is_confirmed, one.stream, one.local_hour, one.variant
    )
    who = f"{n}\t{_text(one.address)}\t{address_hash}\t{_text(one.name)}"
    return f"{who}\t{attributes}\t{choices}"


@lru_cache(maxsize=10_000)
def _choices(
    language: str,
    timezone: str | None,
    is_confirmed: bool,
    stream: Stream,
    local_hour: int | None,
    variant: str,
) -> str:
    """The end of a line: few differ."""
    hour = None if local_hour is None else str(local_hour)
    cells = (language, timezone, _state(is_confirmed).value, stream.value, hour, variant)
    return "\t".join(map(_text, cells)) + "\n"


def _as_json(attributes: dict[str, str]) -> str:
    """As an encoder does it, which takes three times as long to begin."""
    pairs = [f"{in_json(name)}: {in_json(value)}" for name, value in attributes.items()]
    return "{" + ", ".join(pairs) + "}"


_SPECIAL = re.compile(r"[\\\t\n\r]").search
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def _text(value: str | None) -> str:
    if value is None:
        return r"\N"
    return value.translate(_ESCAPES) if _SPECIAL(value) else value


_COPY = f"COPY arrival ({', '.join(column.name for column in NEW.c[:-3])}) FROM STDIN"


def _copy(session: Session, lines: str) -> None:
    """In one write: after each, a thread may have to wait for the others."""
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write(lines)
