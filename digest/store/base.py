"""What all rows share: the declarative base and the column types."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import JSON, DateTime, Dialect, Enum, MetaData, String, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from digest.domain.ids import uuid7

T = TypeVar("T")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC; stored with its zone in PostgreSQL, as UTC text in SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime can't be stored: {value!r}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - the library's signature
    ) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class AsJson(TypeDecorator[Any]):
    """A frozen dataclass, or a container of them, kept as JSON and checked when it is read."""

    impl = JSON
    cache_ok = True

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self.shape = shape

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = JSONB if dialect.name == "postgresql" else JSON
        return dialect.type_descriptor(kind(none_as_null=True))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else adapter_of(self.shape).dump_python(value, mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else adapter_of(self.shape).validate_python(value)


@cache
def adapter_of(shape: Any) -> TypeAdapter[Any]:
    """Takes milliseconds to make, and few commands need many of them."""
    return TypeAdapter(shape)


def make_adapters() -> None:
    """Of all tables that are known: for who serves at once with many threads, each of which would
    make its own, or forks."""
    for table in Row.metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, AsJson):
                adapter_of(column.type.shape)


def text_enum(kind: type[StrEnum]) -> Enum:
    """A ``StrEnum`` kept as its value; new values need no migration."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=_values,
    )


def _values(kind: type[StrEnum]) -> list[str]:
    return [member.value for member in kind]


class Row(DeclarativeBase):
    """The base of all rows."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        UUID: Uuid,
        str: Text,
        tuple[str, ...]: AsJson(tuple[str, ...]),
    }


def bare_table(row: type[Row]) -> Table:
    """The table of a noun, for statements that run often and make no rows of what they give."""
    return cast(Table, row.__table__)


def id_column(default: Callable[[], UUID] = uuid7) -> Mapped[UUID]:
    """The primary key of a noun: a UUIDv7."""
    return mapped_column(primary_key=True, default=default)


Short = String(255)
