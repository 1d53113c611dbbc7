"""The header Retry-After (RFC 9110, section 10.2.3)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 7 * 86_400.0  # seconds; nobody is left alone for longer on a server's word


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks us to wait, from 0 to ``LONGEST``; None if it does not say.

    A date is read against the server's own ``Date``, so that a wrong clock on either side does
    not matter; without one it is not understood.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:12]), LONGEST)
    until, now = _date(value), _date(headers.get("date", ""))
    if until is None or now is None:
        return None
    return min(max((until - now).total_seconds(), 0.0), LONGEST)


def _date(value: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(value[:64])
    except (ValueError, OverflowError):
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read
