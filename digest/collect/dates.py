"""Dates as sources write them, made aware and believed only within reason."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

AHEAD = timedelta(days=1)  # what a wrong clock or zone explains
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # before the web: a default, not a date


def from_iso(text: object) -> datetime | None:
    """An ISO 8601 date and time in UTC (without a zone it is taken as UTC); None if it is none."""
    if not isinstance(text, str):
        return None
    try:
        read = datetime.fromisoformat(text.strip()[:40])
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def from_fields(fields: Sequence[int] | None) -> datetime | None:
    """Year, month, day, hour, minute, second in UTC, as feedparser gives them."""
    if not fields:
        return None
    try:
        year, month, day, hour, minute, second = fields[:6]
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def is_credible(date: datetime, now: datetime) -> bool:
    """Whether a brief may have been published then: not before the web, not after tomorrow."""
    return EARLIEST <= date <= now + AHEAD
