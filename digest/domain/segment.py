"""Segments: which of a list's people something is for, in a small language of their own.

    topic = Trade and (language in (de, "de-AT") or not attribute.company contains "Ltd")

A segment is read into values of this module; `digest/store/segments.py` turns these into SQL. What
can be asked is a table of fields, what was written is only ever bound as a parameter, and length,
depth and number of questions are bounded: so whoever may write a segment can do no harm with it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from digest.domain.address_flags import Flag
from digest.domain.errors import Illegal
from digest.domain.states import Stream

LONGEST = 2_000  # characters
MOST_QUESTIONS = 50
DEEPEST = 20
LONGEST_VALUE = 200


class Kind(StrEnum):
    """What a field's values are."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    STREAM = "stream"
    YES_NO = "yes or no"
    TOPIC = "topic"
    FLAG = "flag"


FIELDS = {
    "address": Kind.TEXT,
    "domain": Kind.TEXT,
    "flag": Kind.FLAG,
    "name": Kind.TEXT,
    "language": Kind.TEXT,
    "timezone": Kind.TEXT,
    "hour": Kind.NUMBER,
    "stream": Kind.STREAM,
    "topic": Kind.TOPIC,
    "text_only": Kind.YES_NO,
    "since": Kind.DATE,  # on the list
}
ATTRIBUTE = "attribute."  # and its name, as the import called it

_EQUAL = ("=", "!=", "in")
OPERATORS = {
    Kind.TEXT: (*_EQUAL, "contains"),
    Kind.NUMBER: (*_EQUAL, "<", "<=", ">", ">="),
    Kind.DATE: ("=", "!=", "<", "<=", ">", ">="),
    Kind.STREAM: _EQUAL,
    Kind.YES_NO: ("=", "!="),
    Kind.TOPIC: _EQUAL,
    Kind.FLAG: _EQUAL,
}
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}

Value = str | int | bool | date


@dataclass(frozen=True, slots=True)
class Question:
    """One question about a person. No values with ``=``: the field is not set."""

    field: str
    operator: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Segment"


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple["Segment", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Segment", ...]


Segment = Question | Not | AllOf | AnyOf


def parse_segment(text: str) -> Segment:
    """Read a segment; ``Illegal`` says what is wrong, and where. It raises nothing else."""
    if len(text) > LONGEST:
        raise Illegal(f"The segment is longer than {LONGEST:,} characters.")
    reader = _Reader(list(_tokens(text)))
    found = reader.any_of(0)
    if reader.next is not None:
        raise Illegal(f"After the segment's end stands {_shown(reader.next)}.")
    return found


def kind_of(field: str) -> Kind:
    """What a field's values are; ``Illegal`` where there is no such field."""
    if field.startswith(ATTRIBUTE) and field != ATTRIBUTE:
        return Kind.TEXT
    if field not in FIELDS:
        known = ", ".join([*FIELDS, f"{ATTRIBUTE}NAME"])
        raise Illegal(f"A segment can't ask for {_shown(field)}; it can for {known}.")
    return FIELDS[field]


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    is_quoted: bool = False


_TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|(!=|<=|>=|[=<>(),])|([^\s"=<>!(),]+))', re.DOTALL)


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            raise Illegal(f"The segment can't be read from {_shown(text[at:].strip()[:20])} on.")
        quoted, sign, word = found.groups()
        if quoted is not None:
            yield _Token(re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL), is_quoted=True)
        else:
            yield _Token(sign or word)
        at = found.end()


class _Reader:
    """Reads tokens from left to right; each method reads one level."""

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._questions = 0

    @property
    def next(self) -> str | None:
        return self._tokens[self._at].text if self._at < len(self._tokens) else None

    def any_of(self, depth: int) -> Segment:
        parts = [self._all_of(depth)]
        while self._takes("or"):
            parts.append(self._all_of(depth))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all_of(self, depth: int) -> Segment:
        parts = [self._one(depth)]
        while self._takes("and"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _one(self, depth: int) -> Segment:
        if depth > DEEPEST:
            raise Illegal(f"The segment is nested deeper than {DEEPEST}.")
        if self._takes("not"):
            return Not(self._one(depth + 1))
        if self._takes("("):
            inner = self.any_of(depth + 1)
            self._require(")")
            return inner
        return self._question()

    def _question(self) -> Segment:
        self._questions += 1
        if self._questions > MOST_QUESTIONS:
            raise Illegal(f"The segment has more than {MOST_QUESTIONS} questions.")
        field = self._take("a field, such as language").text
        kind = kind_of(field)
        if self._takes("is"):
            is_not = self._takes("not")
            self._require("set")
            unset = Question(field, "=", ())
            return unset if is_not else Not(unset)
        operator = self._take("an operator").text
        if operator not in OPERATORS[kind]:
            can = ", ".join(OPERATORS[kind])
            raise Illegal(f"{field} can't be asked with {_shown(operator)}, but with {can}.")
        if operator == "in":
            return Question(field, operator, self._values(field, kind))
        return Question(field, operator, (self._value(field, kind),))

    def _values(self, field: str, kind: Kind) -> tuple[Value, ...]:
        self._require("(")
        values = [self._value(field, kind)]
        while self._takes(","):
            values.append(self._value(field, kind))
        self._require(")")
        return tuple(values)

    def _value(self, field: str, kind: Kind) -> Value:
        token = self._take(f"a value for {field}")
        if not token.is_quoted and token.text in {"(", ")", ",", "=", "!=", "<", "<=", ">", ">="}:
            raise Illegal(f"{_shown(token.text)} stands where a value for {field} should.")
        return _READERS[kind](field, token.text)

    def _take(self, what: str) -> _Token:
        if self._at >= len(self._tokens):
            raise Illegal(f"The segment ends where {what} should stand.")
        self._at += 1
        return self._tokens[self._at - 1]

    def _takes(self, word: str) -> bool:
        here = self._tokens[self._at] if self._at < len(self._tokens) else None
        if here is None or here.is_quoted or here.text.lower() != word:
            return False
        self._at += 1
        return True

    def _require(self, word: str) -> None:
        if not self._takes(word):
            raise Illegal(f"{_shown(self.next or 'the end')} stands where {word!r} should.")


def _text(field: str, text: str) -> str:
    if len(text) > LONGEST_VALUE:
        raise Illegal(f"A value for {field} is longer than {LONGEST_VALUE} characters.")
    if "\0" in text:
        raise Illegal(f"A value for {field} holds a NUL character.")
    return text


def _number(field: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise Illegal(f"{_shown(text)} is no number for {field}.")
    return int(text)


def _date(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Illegal(f"{_shown(text)} is no date for {field}; write 2026-03-29.") from None


def _stream(field: str, text: str) -> str:  # noqa: ARG001 - as the other readers
    if text not in set(Stream):
        raise Illegal(f"There is no stream {_shown(text)}; there are {', '.join(Stream)}.")
    return text


def _flag(field: str, text: str) -> str:  # noqa: ARG001 - as the other readers
    if text not in set(Flag):
        raise Illegal(f"There is no flag {_shown(text)}; there are {', '.join(Flag)}.")
    return text


def _yes_no(field: str, text: str) -> bool:
    if text.lower() not in _YES_NO:
        raise Illegal(f"{field} is yes or no, not {_shown(text)}.")
    return _YES_NO[text.lower()]


_READERS: dict[Kind, Callable[[str, str], Value]] = {
    Kind.TEXT: _text,
    Kind.TOPIC: _text,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.STREAM: _stream,
    Kind.YES_NO: _yes_no,
    Kind.FLAG: _flag,
}


def _shown(text: str) -> str:
    return repr(text[:40])
