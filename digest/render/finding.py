"""What a check says: in words that an editor can act on."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error keeps an edition from being approved, unless its list says otherwise; a warning is
    for an editor to judge; a note only tells."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: where, why it matters, and how to mend it."""

    severity: Severity
    where: str
    why: str
    remedy: str


def error(where: str, why: str, remedy: str) -> Finding:
    return Finding(Severity.ERROR, where, why, remedy)


def warning(where: str, why: str, remedy: str) -> Finding:
    return Finding(Severity.WARNING, where, why, remedy)


def note(where: str, why: str, remedy: str) -> Finding:
    return Finding(Severity.NOTE, where, why, remedy)
