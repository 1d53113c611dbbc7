"""The three clocks, and where each lives.

*Business time* is an argument called ``now``; only the outermost layers (CLI, web, workers) call
:func:`utc_now` to obtain it. *Leases* use the database's clock (``store.engine.db_now``).
*Durations* use the monotonic clock.
"""

from datetime import UTC, datetime
from time import monotonic as monotonic
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from digest.domain.errors import Illegal


def utc_now() -> datetime:
    """The business time of this moment: aware, in UTC."""
    return datetime.now(UTC)


def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name; ``Illegal`` where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Illegal(
            f"There is no time zone {name!r}; give an IANA name such as Europe/London."
        ) from None


def zone_word(local: datetime) -> str:
    """``GMT``, ``CEST``, or ``UTC+03`` for zones that have only a number."""
    word = local.tzname() or "UTC"
    return f"UTC{word}" if word[:1] in "+-" else word


def spoken(moment: datetime, zone_name: str) -> str:
    """A time as somebody in that zone reads it, with the zone named: ``Tue 10 Mar, 07:00 GMT``."""
    local = moment.astimezone(zone(zone_name))
    return f"{local:%a} {local.day} {local:%b, %H:%M} {zone_word(local)}"
