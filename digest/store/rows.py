"""Python values as a table to join: one parameter, so that the statement is compiled once."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    FromClause,
    Text,
    any_,
    bindparam,
    cast,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON

from digest.store.engine import Session


def dialect_of(session: Session) -> str:
    """``sqlite`` or ``postgresql``."""
    return session.get_bind().dialect.name


def rows_table(
    session: Session, columns: Sequence[ColumnClause[Any]], rows: Sequence[Sequence[Any]], name: str
) -> FromClause:
    """``rows`` as a table of these columns (UUIDs, texts, integers, aware datetimes, None)."""
    dialect = dialect_of(session)
    document = literal(rows_document(dialect, columns, rows), Text())
    return table_of(dialect, columns, document, name)


def table_of(
    dialect: str, columns: Sequence[ColumnClause[Any]], document: ColumnElement[Any], name: str
) -> FromClause:
    """The same for a ``document`` that is bound later: what ``rows_document`` gives."""
    if dialect == "sqlite":
        return _in_sqlite(columns, document, name)
    records = func.json_to_recordset(cast(document, JSON))
    return records.table_valued(*columns, name=name).render_derived(with_types=True)


def rows_document(
    dialect: str, columns: Sequence[ColumnClause[Any]], rows: Sequence[Sequence[Any]]
) -> str:
    """``rows`` as JSON."""
    if dialect == "sqlite":
        return json.dumps([[_stored(value) for value in row] for row in rows])
    names = [col.name for col in columns]
    return to_json([dict(zip(names, row, strict=True)) for row in rows]).decode()


def is_among(dialect: str, value: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether ``value`` is one of those that are bound as ``name``. PostgreSQL gets them as one
    parameter: it prepares the statement once, whatever their number."""
    if dialect == "sqlite":
        return value.in_(bindparam(name, expanding=True))
    return value == any_(bindparam(name, type_=ARRAY(value.type)))


def _in_sqlite(
    columns: Sequence[ColumnClause[Any]], document: ColumnElement[Any], name: str
) -> FromClause:
    each = func.json_each(document).table_valued("value")
    return (
        select(
            *(
                type_coerce(func.json_extract(each.c.value, f"$[{place}]"), col.type).label(
                    col.name
                )
                for place, col in enumerate(columns)
            )
        )
        .select_from(each)
        .subquery(name)
    )


def _stored(value: Any) -> Any:
    """As SQLite keeps it."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value
