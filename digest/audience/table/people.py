"""A row of a table as a person who is to be on a list, or as a reject with its reason."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from digest.audience.choices import Choices, check_choices, check_name
from digest.audience.table.cells import unquoted
from digest.audience.table.columns import Columns
from digest.audience.table.lines import Row, Unreadable
from digest.domain.address import parse_address
from digest.domain.edition import Variant
from digest.domain.errors import Illegal
from digest.domain.states import Stream
from digest.store.lists import MailingList

LONGEST_ATTRIBUTE = 1_000  # characters
MOST_KNOWN = 10_000  # combinations of choices that are kept

# The addresses of nearly all people; what is not like them is read with all care. Each part can be
# matched in one way only, so that no input takes long.
_USUAL = re.compile(
    r"([A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*)@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24})", re.ASCII
)
_MOST_USUAL = 100  # characters
_EDGES = re.compile(r"(?:^|\.)-|-(?:\.|$)")
_UNDECODED = re.compile("[\ud800-\udfff]")  # what no encoding has: octets, or escapes in JSON

_CONFIRMED = {"", "confirmed", "subscribed", "active", "enabled", "true", "1", "yes", "opted in"}
_PENDING = {"pending", "unconfirmed", "not confirmed", "opted out pending"}
_YES = {"1", "true", "yes", "y", "x", "ja", "oui", "si", "sí", "نعم"}


class Asked(NamedTuple):
    """When and from where somebody asked for a list elsewhere, and confirmed it."""

    at: datetime
    network: str | None  # /24 or /48
    confirmed_at: datetime
    confirmed_from: str | None  # as ``network``
    origin: str


class Person(NamedTuple):
    """Who is to be on the list. A tuple, since a million of them are made."""

    line: int
    address: str  # a roster key
    name: str | None
    is_confirmed: bool
    stream: Stream
    local_hour: int | None
    timezone: str | None
    variant: str  # Variant.key
    language: str
    attributes: dict[str, str]
    asked: Asked | None = None


class Reject(NamedTuple):
    """A row that nobody can be subscribed by."""

    line: int
    reason: str
    cells: Sequence[str]


class PersonReader:
    """Reads the rows of one table for one list."""

    def __init__(self, columns: Columns, mailing_list: MailingList) -> None:
        self._columns = columns
        self._list = mailing_list
        self._default = _with_key(Choices(language=mailing_list.language))
        self._known: dict[tuple[str, ...], tuple[Choices, str]] = {}
        chosen = ("language", "timezone", "hour", "topics", "stream", "text_only")
        self._chosen = [(name, columns.places[name]) for name in chosen if name in columns.places]
        self._chosen_at = [place for _, place in self._chosen]
        self._width = columns.width
        self._address_at = columns.places["address"]
        self._status_at = columns.places.get("status")
        names = [columns.places.get(name) for name in ("name", "first_name", "last_name")]
        self._names_at = (
            [names[0]] if names[0] is not None else [at for at in names if at is not None]
        )

    def read(self, row: Row | Unreadable) -> Person | Reject:
        """The person, or why there is none. Never raises."""
        if isinstance(row, Unreadable):
            return Reject(row.line, row.reason, ())
        line, cells = row
        try:
            return self._person(line, cells)
        except Illegal as error:
            return Reject(line, str(error), cells)

    def _person(self, line: int, cells: Sequence[str]) -> Person:
        if len(cells) < self._width:
            cells = [*cells, *[""] * (self._width - len(cells))]
        choices, variant = self._choices(cells) if self._chosen else self._default
        return Person(
            line,
            roster_key(cells[self._address_at]),
            self._name(cells),
            True if self._status_at is None else is_confirmed(cells[self._status_at]),
            choices.stream,
            choices.local_hour,
            choices.timezone,
            variant,
            choices.language,
            self._attributes(cells) if self._columns.attributes else {},
        )

    def _name(self, cells: Sequence[str]) -> str | None:
        written = " ".join(filter(None, [cells[at] for at in self._names_at]))
        if not written:
            return None
        if not written.isascii() and _UNDECODED.search(written):
            raise Illegal("The name is not written in the encoding of the rest.")
        return check_name(unquoted(written))

    def _choices(self, cells: Sequence[str]) -> tuple[Choices, str]:
        """Checked once for each combination: there are few."""
        given = tuple(map(cells.__getitem__, self._chosen_at))
        if given not in self._known:
            fields: dict[str, Any] = {}
            for (name, _), text in zip(self._chosen, given, strict=True):
                if text.strip():
                    field, read = _READERS[name]
                    fields[field] = read(text.strip()[:500])
            choices = check_choices(replace(self._default[0], **fields), self._list)
            if len(self._known) > MOST_KNOWN:
                self._known.clear()
            self._known[given] = _with_key(choices)
        return self._known[given]

    def _attributes(self, cells: Sequence[str]) -> dict[str, str]:
        found = {}
        for name, place in self._columns.attributes.items():
            if value := unquoted(cells[place].strip()):
                found[name] = check_attribute(name, value)
        return found


def _with_key(choices: Choices) -> tuple[Choices, str]:
    return choices, Variant(choices.topics, choices.language, choices.text_only).key


def roster_key(text: str) -> str:
    """The address as the roster knows it; ``Illegal`` says what is wrong with it."""
    text = unquoted(text.strip())
    if len(text) <= _MOST_USUAL and (usual := _USUAL.fullmatch(text)):
        local, domain = usual.groups()
        if len(local) <= 64 and _labels_fit(domain):
            return f"{local}@{domain.lower()}"
    if _UNDECODED.search(text):
        raise Illegal("The address is not written in the encoding of the rest.")
    return str(parse_address(text))


def is_confirmed(status: str) -> bool:
    """Whether a status column says so; ``Illegal`` for one who is not to get mail."""
    word = " ".join(status.strip().casefold().replace("_", " ").replace("-", " ").split())
    if word in _CONFIRMED:
        return True
    if word in _PENDING:
        return False
    raise Illegal(f"The status is {status.strip()[:40]!r}: such a person is not subscribed.")


def _labels_fit(domain: str) -> bool:
    if "-" in domain and _EDGES.search(domain):
        return False
    return len(domain) <= 63 or all(len(label) <= 63 for label in domain.split("."))


def check_attribute(name: str, value: str) -> str:
    """The value; ``Illegal`` where it can't be kept."""
    if len(value) > LONGEST_ATTRIBUTE:
        raise Illegal(f"The cell {name!r} is longer than {LONGEST_ATTRIBUTE:,} characters.")
    if "\0" in value or (not value.isascii() and _UNDECODED.search(value)):
        raise Illegal(f"The cell {name!r} holds octets that are no text.")
    return value


def _hour(text: str) -> int:
    digits = text.split(":")[0]
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 2):
        raise Illegal(f"{text[:20]!r} is not an hour of the day: give 0 to 23.")
    return int(digits)


def _stream(text: str) -> Stream:
    try:
        return Stream(text.casefold())
    except ValueError:
        raise Illegal(f"There is no stream {text[:40]!r}.") from None


def _topics(text: str) -> tuple[str, ...]:
    return tuple(topic for part in re.split(r"[;|,]", text) if (topic := part.strip()))


_READERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "language": ("language", str),
    "timezone": ("timezone", str),
    "hour": ("local_hour", _hour),
    "topics": ("topics", _topics),
    "stream": ("stream", _stream),
    "text_only": ("text_only", lambda text: text.casefold() in _YES),
}
