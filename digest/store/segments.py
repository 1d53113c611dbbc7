"""Segments as SQL over subscriptions and subscribers; every value is a bound parameter."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import JSON, ColumnElement, and_, false, func, not_, or_, true, type_coerce

from digest.domain.address_flags import DISPOSABLE, ROLES, Flag
from digest.domain.segment import (
    ATTRIBUTE,
    AllOf,
    AnyOf,
    Kind,
    Not,
    Question,
    Segment,
    Value,
    kind_of,
)
from digest.store.address_parts import domain_of, name_of, owner_of
from digest.store.subscribers import Subscriber, Subscription

Condition = ColumnElement[bool]


def condition(segment: Segment) -> Condition:
    """True for whoever the segment means; never NULL, so that ``not`` is what it says."""
    match segment:
        case AllOf(parts):
            return and_(*map(condition, parts))
        case AnyOf(parts):
            return or_(*map(condition, parts))
        case Not(part):
            return not_(condition(part))
        case Question():
            return _asked(segment)


def _asked(question: Question) -> Condition:
    if question.operator == "!=":
        return not_(_asked(Question(question.field, "=", question.values)))
    if question.operator == "in":
        return or_(*(_asked(Question(question.field, "=", (one,))) for one in question.values))
    special = _SPECIAL.get(kind_of(question.field))
    if special is not None:
        return special(question)
    column = _column(question.field)
    found: Condition
    if not question.values:
        found = column.is_(None)
        return found
    (value,) = question.values
    found = func.coalesce(_OPERATORS[question.operator](column, value), false())
    return found


def _column(field: str) -> Any:
    if field.startswith(ATTRIBUTE):
        attributes = type_coerce(Subscriber.attributes, JSON())
        return attributes[field.removeprefix(ATTRIBUTE)].as_string()
    return _COLUMNS[field]


_COLUMNS: dict[str, Any] = {
    "address": Subscriber.address,
    "domain": domain_of(Subscriber.address),
    "name": Subscriber.name,
    "language": Subscriber.language,
    "timezone": func.coalesce(Subscription.timezone, Subscriber.timezone),
    "hour": Subscription.local_hour,
    "stream": Subscription.stream,
}

_OPERATORS: dict[str, Callable[[Any, Value], Condition]] = {
    "=": lambda column, value: column == value,
    "<": lambda column, value: column < value,
    "<=": lambda column, value: column <= value,
    ">": lambda column, value: column > value,
    ">=": lambda column, value: column >= value,
    "contains": lambda column, value: column.icontains(str(value), autoescape=True),
}


def _topic(question: Question) -> Condition:
    """Who chose it; without a choice they get all (``Variant.key`` is a JSON array that ends with
    the topics)."""
    if not question.values:
        return _has_all_topics()
    chosen = json.dumps(question.values[0], ensure_ascii=False)
    has = Subscription.variant.contains(f", {chosen}", autoescape=True)
    return or_(_has_all_topics(), has)


def _has_all_topics() -> Condition:
    return or_(
        Subscription.variant.endswith(", true]", autoescape=True),
        Subscription.variant.endswith(", false]", autoescape=True),
    )


def _flag(question: Question) -> Condition:
    """As ``flags_of`` says."""
    is_role = func.coalesce(name_of(Subscriber.address).in_(ROLES), false())
    is_thrown_away = func.coalesce(owner_of(Subscriber.address).in_(DISPOSABLE), false())
    if not question.values:
        return not_(or_(is_role, is_thrown_away))
    return is_role if question.values[0] == Flag.ROLE else is_thrown_away


def _text_only(question: Question) -> Condition:
    if not question.values:
        return false()
    is_text = Subscription.variant.contains('", true', autoescape=True)
    return is_text if question.values[0] else not_(is_text)


def _since(question: Question) -> Condition:
    """Days are those of UTC."""
    if not question.values:
        return false()
    day = cast(date, question.values[0])
    begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if day == date.max:
        return true() if question.operator in ("<", "<=") else false()
    ends = begins + timedelta(days=1)
    since = func.coalesce(Subscription.confirmed_at, Subscription.created_at)
    return {
        "=": and_(since >= begins, since < ends),
        "<": since < begins,
        "<=": since < ends,
        ">": since >= ends,
        ">=": since >= begins,
    }[question.operator]


_SPECIAL: dict[Kind, Callable[[Question], Condition]] = {
    Kind.TOPIC: _topic,
    Kind.YES_NO: _text_only,
    Kind.DATE: _since,
    Kind.FLAG: _flag,
}
