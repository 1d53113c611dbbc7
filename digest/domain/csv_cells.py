"""CSV that a spreadsheet can't take for formulas."""

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import chain

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: object) -> str:
    """The value as a cell's text; one that would begin a formula gets a quote before it.

    Numbers stay as they are: a spreadsheet reads -5 as a number.
    """
    text = "" if value is None else str(value)
    is_number = isinstance(value, int | float)
    return f"'{text}" if text.startswith(_DANGEROUS) and not is_number else text


def csv_line(row: Sequence[object]) -> str:
    """One row, for a table that is streamed."""
    out = io.StringIO()
    csv.writer(out).writerow([safe_cell(value) for value in row])
    return out.getvalue()


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A whole table with CRLF line ends (RFC 4180)."""
    return csv_lines(chain([head], rows))


def csv_lines(rows: Iterable[Sequence[object]]) -> str:
    """Some lines of one."""
    out = io.StringIO()
    csv.writer(out).writerows([safe_cell(value) for value in row] for row in rows)
    return out.getvalue()
