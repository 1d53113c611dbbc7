"""Lists a page at a time: ``limit``, and the ``cursor`` that the page before gave as ``next``."""

from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from digest.domain.errors import Illegal

T = TypeVar("T")
R = TypeVar("R")

Limit = Annotated[int, Query(ge=1, le=200, description="How many, at most.")]
Cursor = Annotated[
    str | None, Query(max_length=100, description="`next` of the page before; none: the first.")
]
MOST = 50


class Page(BaseModel, Generic[T]):
    """Some of a list."""

    items: list[T]
    next: str | None = Field(description="The cursor of the page after this; null on the last.")


def page_of(
    rows: Sequence[R], limit: int, document: Callable[[R], T], key: Callable[[R], object]
) -> Page[T]:
    """A page of rows, of which one more than ``limit`` was asked for."""
    shown = rows[:limit]
    more = len(rows) > limit
    return Page(items=[document(row) for row in shown], next=str(key(shown[-1])) if more else None)


def id_in(cursor: str | None) -> UUID | None:
    """The id that a cursor stands for."""
    try:
        return UUID(cursor) if cursor else None
    except ValueError:
        raise Illegal("This cursor is not one that a page gave; begin without one.") from None
