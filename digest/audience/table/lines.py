"""The rows of delimited text, each with its line number, however damaged the text is."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

LONGEST_LINE = 1_000_000  # characters
LONGEST_CELL = 100_000  # characters; a quote that is never closed swallows no more than this

_TOO_LONG = f"the line is longer than {LONGEST_LINE:,} characters"

csv.field_size_limit(LONGEST_CELL)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that is no row, and why."""

    line: int
    reason: str


Row = tuple[int, list[str]]  # the line on which it begins, from 1, and its cells


def read_rows(text: TextIO, delimiter: str) -> Iterator[Row | Unreadable]:
    """All rows that are not blank.

    A quote that is never closed costs its own line alone: what it swallowed is read again, line by
    line.
    """
    feed = _Feed(text)
    rows = csv.reader(feed, delimiter=delimiter, strict=True)
    while True:
        feed.taken.clear()
        first = feed.line + 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error:
            yield from _one_by_one(feed.taken, first, delimiter)
            continue
        if len(feed.taken) == 1 and len(feed.taken[0]) >= LONGEST_LINE:
            yield Unreadable(first, _TOO_LONG)
        elif any(cells):
            yield first, cells


def _one_by_one(lines: list[str], first: int, delimiter: str) -> Iterator[Row | Unreadable]:
    """The lines that a broken row swallowed: each gets a chance of its own."""
    for number, line in enumerate(lines, first):
        try:
            cells = next(csv.reader([line], delimiter=delimiter, strict=True), [])
        except csv.Error as again:
            yield Unreadable(number, _in_words(line, str(again)))
            continue
        if any(cells):
            yield number, cells


def _in_words(line: str, error: str) -> str:
    if len(line) >= LONGEST_LINE:
        return _TOO_LONG
    if "unexpected end" in error or "field larger" in error:
        return "a quote is opened and never closed, or a cell is too long"
    return "text stands behind a closing quote" if "expected after" in error else error


class _Feed:
    """Lines for ``csv.reader`` that remembers those of the row at hand and bounds each."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.taken: list[str] = []
        self.line = 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = self._text.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        if len(line) >= LONGEST_LINE:
            self._skip_rest(line)
        self.line += 1
        self.taken.append(line)
        return line

    def _skip_rest(self, line: str) -> None:
        while line and not line.endswith("\n"):
            line = self._text.readline(LONGEST_LINE)
