"""A file that holds a table: which encoding, which delimiter, what is no table at all."""

import codecs
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from digest.audience.table.columns import Columns, guess_columns
from digest.audience.table.lines import Row, Unreadable, read_rows
from digest.domain.errors import Illegal

SAMPLE = 256 * 1024  # bytes by which encoding and delimiter are judged
DELIMITERS = ",;\t|"

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: it begins with the same octets
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TABLES = {
    b"PK\x03\x04": "a spreadsheet or a ZIP archive (if a service's export, say whose)",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet",
    b"\x1f\x8b": "compressed",
    b"%PDF": "a PDF",
    b"{\\rtf": "a text document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"<": "a web page, a drawing or XML",
}

FindColumns = Callable[[Sequence[str]], Columns]


@dataclass(frozen=True, slots=True)
class Table:
    """An open table. ``rows`` may be read once."""

    columns: Columns
    encoding: str
    delimiter: str
    rows: Iterator[Row | Unreadable]
    text: TextIO
    size: int  # bytes

    def position(self) -> int:
        """How many bytes have been read."""
        return self.text.buffer.tell()


@contextmanager
def open_table(path: Path, find_columns: FindColumns = guess_columns) -> Iterator[Table]:
    """Open a CSV or TSV file; ``Illegal`` says what it is instead, and what to do."""
    try:
        stream = path.open("rb", buffering=1 << 16)
    except OSError as error:
        raise Illegal(f"{path} can't be read: {error.strerror or error}.") from None
    with stream:
        sample = stream.read(SAMPLE)
        stream.seek(0)
        encoding = encoding_of(path.name, sample)
        errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
        with io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="") as text:
            delimiter = delimiter_of(sample.decode(encoding, "replace"))
            yield _table(path, text, delimiter, find_columns)


def _table(path: Path, text: TextIO, delimiter: str, find_columns: FindColumns) -> Table:
    rows = read_rows(text, delimiter)
    first = next((row for row in rows if not isinstance(row, Unreadable)), None)
    if first is None:
        raise Illegal(f"{path.name} holds no rows.")
    columns = find_columns(first[1])
    return Table(
        columns=columns,
        encoding=text.encoding,
        delimiter=delimiter,
        rows=rows if columns.has_header else _with(first, rows),
        text=text,
        size=path.stat().st_size,
    )


def encoding_of(name: str, sample: bytes) -> str:
    """By its mark, else UTF-8 where most lines with other than ASCII are that, else Windows-1252.

    ``Illegal`` for what is no text.
    """
    start = sample[:64].removeprefix(codecs.BOM_UTF8).lstrip()
    for magic, what in _NO_TABLES.items():
        if start.startswith(magic):
            raise Illegal(
                f"{name} is {what}, not a table as text; open it in your spreadsheet program and "
                "save it as CSV (UTF-8), then import that file."
            )
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    whole = sample if len(sample) < SAMPLE else sample[: sample.rfind(b"\n") + 1]
    lines = [line for line in whole.splitlines() if not line.isascii()]
    good = sum(1 for line in lines if _is_utf8(line))
    return "utf-8" if 2 * good >= len(lines) else "cp1252"


def delimiter_of(start: str) -> str:
    """The one that the first lines hold most evenly; a comma where there is but one column."""
    lines = [line for line in start.splitlines()[:20] if line.strip()]
    return max(DELIMITERS, key=lambda mark: _evenness([line.count(mark) for line in lines]))


def _evenness(counts: list[int]) -> tuple[int, int]:
    """How many lines have as many as the first has, and how many that is."""
    if not counts or counts[0] == 0:
        return (0, 0)
    return (sum(1 for n in counts if n == counts[0]), counts[0])


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _with(first: Row, rows: Iterator[Row | Unreadable]) -> Iterator[Row | Unreadable]:
    yield first
    yield from rows
