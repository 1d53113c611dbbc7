"""Many people at once: who of them is known, and new rows written in bulk."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Cursor, errors
from sqlalchemy import insert, select, update

from digest.domain.states import Stream, SubscriptionState
from digest.store.engine import IntegrityError, Session
from digest.store.rows import texts_table
from digest.store.subscribers import Subscriber, Subscription
from digest.store.suppressions import Suppression


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody whose address is here already; ``state`` is None where they are not on the list."""

    subscriber_id: UUID
    subscription_id: UUID | None
    state: SubscriptionState | None


class NewSubscriber(NamedTuple):
    """One row of ``subscriber``. A tuple, since a million of them are made."""

    id: UUID
    address: str
    address_hash: str
    name: str | None
    language: str
    timezone: str | None
    attributes: dict[str, str]
    created_at: datetime


class NewSubscription(NamedTuple):
    """One row of ``subscription``. A tuple, since a million of them are made."""

    id: UUID
    subscriber_id: UUID
    list_id: UUID
    state: SubscriptionState
    stream: Stream
    local_hour: int | None
    timezone: str | None
    variant: str
    created_at: datetime
    confirmed_at: datetime | None


def known_people(session: Session, list_id: UUID, addresses: Sequence[str]) -> dict[str, Known]:
    """Those of ``addresses`` (roster keys) that are here, by address."""
    asked = texts_table(session, addresses, "asked")
    found = (
        select(Subscriber.address, Subscriber.id, Subscription.id, Subscription.state)
        .join(asked, asked.c.text == Subscriber.address)
        .outerjoin(
            Subscription,
            (Subscription.subscriber_id == Subscriber.id) & (Subscription.list_id == list_id),
        )
    )
    return {row[0]: Known(row[1], row[2], row[3]) for row in session.execute(found) if row[0]}


def suppressed_hashes(session: Session, hashes: Sequence[str]) -> set[str]:
    """Those of ``hashes`` that are suppressed."""
    asked = texts_table(session, hashes, "asked")
    found = select(Suppression.address_hash).join(asked, asked.c.text == Suppression.address_hash)
    return set(session.scalars(found))


def confirm_pending(session: Session, subscription_ids: Sequence[UUID], now: datetime) -> None:
    """Confirm those of them that still wait for it."""
    session.execute(
        update(Subscription)
        .where(
            Subscription.id.in_(subscription_ids), Subscription.state == SubscriptionState.PENDING
        )
        .values(state=SubscriptionState.CONFIRMED, confirmed_at=now)
        .execution_options(synchronize_session=False)
    )


def add_people(
    session: Session, subscribers: Sequence[NewSubscriber], places: Sequence[NewSubscription]
) -> None:
    """Write all rows; ``IntegrityError`` where somebody else added one of them just now."""
    if session.get_bind().dialect.name == "sqlite":
        _insert(session, Subscriber, subscribers)
        _insert(session, Subscription, places)
        return
    driver: Any = session.connection().connection.driver_connection
    try:
        with driver.cursor() as cursor:
            _copy(cursor, "subscriber", _SUBSCRIBER, map(_subscriber_line, subscribers))
            _copy(cursor, "subscription", _SUBSCRIPTION, map(_subscription_line, places))
    except errors.UniqueViolation as error:
        raise IntegrityError("COPY", None, error) from error


def _insert(session: Session, row: type[Any], values: Sequence[Any]) -> None:
    if values:
        session.execute(insert(row), [value._asdict() for value in values])


_SUBSCRIBER = "id, address, address_hash, name, language, timezone, attributes, created_at"
_SUBSCRIPTION = (
    "id, subscriber_id, list_id, state, stream, local_hour, timezone, variant, created_at, "
    "confirmed_at"
)


def _subscriber_line(row: NewSubscriber) -> str:
    attributes = _as_json(row.attributes) if row.attributes else "{}"
    return (
        f"{row.id.hex}\t{_text(row.address)}\t{row.address_hash}\t{_text(row.name)}"
        f"\t{_text(row.language)}\t{_text(row.timezone)}\t{_text(attributes)}\t{_moment(row.created_at)}\n"
    )


def _subscription_line(row: NewSubscription) -> str:
    hour = r"\N" if row.local_hour is None else row.local_hour
    confirmed = r"\N" if row.confirmed_at is None else _moment(row.confirmed_at)
    return (
        f"{row.id.hex}\t{row.subscriber_id.hex}\t{row.list_id.hex}\t{row.state.value}"
        f"\t{row.stream.value}\t{hour}\t{_text(row.timezone)}\t{_text(row.variant)}"
        f"\t{_moment(row.created_at)}\t{confirmed}\n"
    )


_as_json = json.JSONEncoder(ensure_ascii=False).encode
_moment = lru_cache(maxsize=8)(str)  # the rows of one import share theirs
_SPECIAL = re.compile(r"[\\\t\n\r]").search
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def _text(value: str | None) -> str:
    """As PostgreSQL's COPY wants it (its text format)."""
    if value is None:
        return r"\N"
    return value.translate(_ESCAPES) if _SPECIAL(value) else value


_AT_ONCE = 2_000  # lines


def _copy(cursor: Cursor[Any], table: str, columns: str, lines: Iterable[str]) -> None:
    # Both names are constants of this module.
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for block in _blocks(lines):
            copy.write(block)


def _blocks(lines: Iterable[str]) -> Iterator[str]:
    block: list[str] = []
    for line in lines:
        block.append(line)
        if len(block) == _AT_ONCE:
            yield "".join(block)
            block.clear()
    yield "".join(block)
