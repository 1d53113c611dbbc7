"""What is wrong with the settings, said at the start rather than when it first fails."""

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr

from digest.domain.errors import Illegal

if TYPE_CHECKING:
    from digest.settings import Settings

PREFIX = "DIGEST_"
SHORTEST_KEY = 32
LONGEST_DAYS = 36_500
FEWEST_DAYS = {  # bounces come late, links in mails are open, monthly editions look back
    "delivery_days": 30,
    "event_days": 60,
    "brief_days": 90,
    "history_days": 30,
    "notice_days": 60,
    "audit_days": 30,
}
_HOUR = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")


def check_settings(settings: "Settings") -> None:
    """Refuse at the start what would only fail later, when the first mail is made."""
    for name in ("secret_key", "suppression_key"):
        given: SecretStr | None = getattr(settings, name)
        if given is not None and len(given.get_secret_value().encode()) < SHORTEST_KEY:
            raise Illegal(
                f"{PREFIX}{name.upper()} is shorter than {SHORTEST_KEY} characters; "
                "give a longer one, or none at all: then one is made and kept in HOME."
            )
    _check_summary(settings)
    _check_redis(settings)
    for name, fewest in FEWEST_DAYS.items():
        days: int = getattr(settings, name)
        if days and not fewest <= days <= LONGEST_DAYS:
            raise Illegal(
                f"{PREFIX}{name.upper()} is {days}; it may be 0 (for ever), or {fewest} to "
                f"{LONGEST_DAYS} days."
            )
    parts = urlsplit(settings.base_url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise Illegal(
            f"{PREFIX}BASE_URL {settings.base_url!r} is not a web address; "
            "write it in full, such as https://news.example."
        )


def _check_redis(settings: "Settings") -> None:
    """Whoever can write to the broker can ring for anything, and read what is rung."""
    if settings.redis_url is None or settings.redis_open:
        return
    url = urlsplit(settings.redis_url.get_secret_value())
    is_guarded = url.scheme != "redis" or url.password or _is_here(url.hostname)
    if not is_guarded:
        raise Illegal(
            f"{PREFIX}REDIS_URL names {url.hostname} and no password: anybody there could write to "
            f"the broker. Set one (redis://:password@{url.hostname}), use rediss://, or set "
            f"{PREFIX}REDIS_OPEN=yes where nobody else reaches it."
        )


def _is_here(host: str | None) -> bool:
    try:
        return host in (None, "", "localhost") or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _check_summary(settings: "Settings") -> None:
    try:
        ZoneInfo(settings.summary_timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Illegal(
            f"{PREFIX}SUMMARY_TIMEZONE {settings.summary_timezone!r} is no time zone; "
            "give an IANA name such as Europe/London."
        ) from None
    if settings.summary_at and not _HOUR.fullmatch(settings.summary_at):
        raise Illegal(
            f"{PREFIX}SUMMARY_AT {settings.summary_at!r} is not a time of day; "
            "write it as 08:00, or leave it empty."
        )
