"""Forms of tables: how one finds its columns and reads its rows, be it anybody's or a service's."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from digest.audience.table.columns import Columns, guess_columns
from digest.audience.table.lines import Row, Unreadable
from digest.audience.table.people import Person, PersonReader, Reject, roster_key
from digest.domain.errors import Illegal
from digest.domain.states import SuppressionReason
from digest.store.lists import MailingList


class Standing(StrEnum):
    """How somebody stood on a list elsewhere."""

    CONFIRMED = "confirmed"
    PENDING = "pending"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"

    @property
    def is_gone(self) -> bool:
        """Such a person is never subscribed."""
        return self in (Standing.UNSUBSCRIBED, Standing.SUPPRESSED)


class Gone(NamedTuple):
    """Who left elsewhere, or gets no mail from there any more."""

    line: int
    address: str  # a roster key
    since: datetime | None
    reason: SuppressionReason | None  # None: they left
    note: str


class RowReader(Protocol):
    """Reads the rows of one table for one list."""

    def read(self, row: Row | Unreadable) -> Person | Reject | Gone:
        """What the row says. Never raises."""


@dataclass(frozen=True, slots=True)
class Form:
    """``reader`` is made once a table's columns are found; either raises ``Illegal`` for a table
    that is not of this form."""

    find_columns: Callable[[Sequence[str]], Columns]
    reader: Callable[[Columns, MailingList], RowReader]


PLAIN = Form(guess_columns, PersonReader)


class MovingReader(ABC):
    """What the readers of services' exports have in common."""

    reason = SuppressionReason.MANUAL  # of those who are suppressed there
    note: str

    def __init__(self, columns: Columns, mailing_list: MailingList, standing: Standing) -> None:
        self._places = columns.places
        self._width = columns.width
        self._standing = standing
        self._people = PersonReader(columns, mailing_list)

    def read(self, row: Row | Unreadable) -> Person | Reject | Gone:
        """What the row says. Never raises."""
        if isinstance(row, Unreadable):
            return Reject(row.line, row.reason, ())
        line, cells = row
        try:
            return self._read(line, [*cells, *[""] * (self._width - len(cells))])
        except Illegal as error:
            return Reject(line, str(error), cells)

    def _read(self, line: int, cells: Sequence[str]) -> Person | Reject | Gone:
        standing = self.standing_of(cells)
        if standing.is_gone:
            is_barred = standing is Standing.SUPPRESSED
            address = roster_key(cells[self._places["address"]])
            reason = self.reason if is_barred else None
            return Gone(line, address, self.gone_since(cells), reason, self.note)
        one = self._people.read((line, list(cells)))
        return one if isinstance(one, Reject) else self.completed(one, cells)

    def cell(self, cells: Sequence[str], name: str) -> str:
        """What stands in a column; nothing where the table has none of that name."""
        place = self._places.get(name)
        return "" if place is None else cells[place].strip()

    def standing_of(self, cells: Sequence[str]) -> Standing:  # noqa: ARG002 - for those who look
        return self._standing

    def gone_since(self, cells: Sequence[str]) -> datetime | None:  # noqa: ARG002 - as above
        return None

    @abstractmethod
    def completed(self, one: Person, cells: Sequence[str]) -> Person:
        """The person with what only this service's tables tell."""


def moment(text: str) -> datetime | None:
    """A moment as exports write it, in UTC where they name no zone."""
    try:
        read = datetime.fromisoformat(text)
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # no moment, or one before the year 1
        return None
