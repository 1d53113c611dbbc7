"""Python values as a table to join: one parameter, so that the statement is compiled once."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnClause, FromClause, Text, cast, func, literal, select, type_coerce
from sqlalchemy.dialects.postgresql import JSONB

from digest.store.engine import Session


def rows_table(
    session: Session, columns: Sequence[ColumnClause[Any]], rows: Sequence[Sequence[Any]], name: str
) -> FromClause:
    """``rows`` as a table of these columns (UUIDs, texts, integers, aware datetimes, None)."""
    if session.get_bind().dialect.name == "sqlite":
        return _in_sqlite(columns, rows, name)
    document = json.dumps(
        [{col.name: _plain(value) for col, value in zip(columns, row, strict=True)} for row in rows]
    )
    records = func.jsonb_to_recordset(cast(literal(document, Text()), JSONB))
    return records.table_valued(*columns, name=name).render_derived(with_types=True)


def _in_sqlite(
    columns: Sequence[ColumnClause[Any]], rows: Sequence[Sequence[Any]], name: str
) -> FromClause:
    document = json.dumps([[_stored(value) for value in row] for row in rows])
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


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value


def _stored(value: Any) -> Any:
    """As SQLite keeps it."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value
