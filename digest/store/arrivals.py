"""Many people at once: a chunk is put in a table of its own, and taken from there by statements
that decide for all of its rows together."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache, lru_cache
from json.encoder import encode_basestring as in_json
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Insert,
    Integer,
    MetaData,
    Table,
    Text,
    Update,
    Uuid,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.schema import CreateTable

from digest.domain.ids import id_series
from digest.domain.states import Stream, SubscriptionState
from digest.store.base import AsJson, UtcDateTime, bare_table, text_enum
from digest.store.engine import Session, numbered_id
from digest.store.rows import dialect_of
from digest.store.subscribers import Subscriber, Subscription
from digest.store.suppressions import Suppression


class Fate(StrEnum):
    """What an import does for one person."""

    ADDED = "added"
    CONFIRMED = "confirmed"  # was pending on this list
    UNCHANGED = "unchanged"  # on this list already: their own choices stay
    LEFT = "left"  # left this list: an import brings nobody back
    SUPPRESSED = "suppressed"


class Arrival(Protocol):
    """Somebody who may be new. As the reader of a table made them: a million of them are not copied
    to be laid down."""

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


Hashed = Callable[[str], str]  # an address as suppressions know it


_NEW = Table(
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
_PERSON, _PLACE, _BARRED = map(bare_table, (Subscriber, Subscription, Suppression))
_LIST = bindparam("list", type_=Uuid())
_NOW = bindparam("now", type_=UtcDateTime())

# Looked up one by one, by the index: PostgreSQL knows nothing of this table's size, and would join
# it to everybody there is, once for each chunk.
_PERSON_ID = (
    select(_PERSON.c.id)
    .where(_PERSON.c.address == _NEW.c.address)
    .correlate(_NEW)
    .scalar_subquery()
)
_HERE = (
    select(_PLACE.c.state)
    .where(_PLACE.c.subscriber_id == _PERSON_ID, _PLACE.c.list_id == _LIST)
    .correlate(_NEW)
    .scalar_subquery()
)


def decide_arrivals(
    session: Session, list_id: UUID, arrivals: Sequence[Arrival], hashed: Hashed
) -> Counter[Fate]:
    """Lay a chunk down, each address once, and decide what becomes of each on this list."""
    session.execute(CreateTable(_NEW, if_not_exists=True))
    numbered = ((n, one, hashed(one.address)) for n, one in enumerate(arrivals, 1))
    if dialect_of(session) == "sqlite":
        session.execute(delete(_NEW))
        session.execute(insert(_NEW), [_row(*each) for each in numbered])
    else:
        _copy(session, "".join(_line(*each) for each in numbered))
    session.execute(_look_up(), {"list": list_id})
    return Counter(dict(session.execute(_COUNTS).all()))


def carry_out(session: Session, list_id: UUID, fates: Counter[Fate], now: datetime) -> None:
    """Do it, in the same transaction. ``IntegrityError`` where somebody came by another way since
    they were looked up: then all is decided anew, in another transaction."""
    given = {"list": list_id, "now": now}
    if fates[Fate.ADDED]:
        series = {"people": id_series(), "places": id_series()}
        for statement in (_add_subscribers(), _add_places()):
            session.execute(statement, given | series)
    if fates[Fate.CONFIRMED]:
        session.execute(_confirm(), given)


_FATE = case(
    (_NEW.c.is_barred, literal(Fate.SUPPRESSED, text_enum(Fate))),
    (_NEW.c.here.is_(None), Fate.ADDED),
    (_NEW.c.here == SubscriptionState.UNSUBSCRIBED, Fate.LEFT),
    (
        and_(_NEW.c.here == SubscriptionState.PENDING, _NEW.c.state == SubscriptionState.CONFIRMED),
        Fate.CONFIRMED,
    ),
    else_=Fate.UNCHANGED,
).label("fate")
_COUNTS = select(_FATE, func.count()).group_by("fate")


@cache
def _look_up() -> Update:
    is_barred = exists().where(_BARRED.c.address_hash == _NEW.c.address_hash)
    return update(_NEW).values(is_barred=is_barred, person_id=_PERSON_ID, here=_HERE)


@cache
def _add_subscribers() -> Insert:
    names = ("address", "address_hash", "name", "language", "timezone", "attributes")
    rows = select(_new_id("people"), *(_NEW.c[name] for name in names), _NOW).where(
        _FATE == Fate.ADDED, _NEW.c.person_id.is_(None)
    )
    return insert(_PERSON).from_select(("id", *names, "created_at"), rows)


@cache
def _add_places() -> Insert:
    is_confirmed = _NEW.c.state == SubscriptionState.CONFIRMED
    choices = ("state", "stream", "local_hour", "timezone", "variant")
    rows = select(
        _new_id("places"),
        func.coalesce(_NEW.c.person_id, _new_id("people")),
        _LIST,
        *(_NEW.c[name] for name in choices),
        _NOW,
        case((is_confirmed, _NOW)),
    ).where(_FATE == Fate.ADDED)
    names = ("id", "subscriber_id", "list_id", *choices, "created_at", "confirmed_at")
    return insert(_PLACE).from_select(names, rows)


@cache
def _confirm() -> Update:
    wants = select(_NEW.c.person_id).where(_FATE == Fate.CONFIRMED)
    return (
        update(_PLACE)
        .where(
            _PLACE.c.subscriber_id.in_(wants),
            _PLACE.c.list_id == _LIST,
            _PLACE.c.state == SubscriptionState.PENDING,
        )
        .values(state=SubscriptionState.CONFIRMED, confirmed_at=_NOW)
    )


def _new_id(series: str) -> numbered_id:
    return numbered_id(bindparam(series, type_=Text()), _NEW.c.n)


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


_COPY = f"COPY arrival ({', '.join(column.name for column in _NEW.c[:-3])}) FROM STDIN"


def _copy(session: Session, lines: str) -> None:
    """In one write: after each, a thread may have to wait for the others."""
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write(lines)
