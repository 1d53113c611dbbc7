"""Lengths of time and numbers as a person reads them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def length(span: timedelta) -> str:
    """Such as ``45 s``, ``2 h``, ``1 h 30 min``, ``3 d 4 h``."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    parts = [(days, "d"), (hours, "h"), (0 if days else minutes, "min")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number)


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Such as ``2026-03-10 07:00 Europe/London``."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"


def number(n: int, one: str, many: str) -> str:
    """Such as ``1 delivery``, ``1,200 deliveries``."""
    return f"{n:,} {one if n == 1 else many}"
