"""Points in time as pages write them, in numbers and in the words of many languages."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import cache

from babel import Locale

from digest.collect.extract.blocks import plain

_LANGUAGES = [
    "en", "de", "fr", "es", "it", "pt", "nl", "ar", "ru", "uk", "pl", "cs", "sv", "da",
    "nb", "fi", "tr", "el", "hu", "ro", "he", "fa",
]  # fmt: skip
_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th|er|º|\.)?"
_YEAR = r"(?P<y>(?:19|20)\d\d)"
_FORMS = tuple(
    re.compile(form)
    for form in (
        r"(?P<y>(?:19|20)\d\d)\s?年\s?(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?日",
        r"(?P<y>(?:19|20)\d\d)\s?년\s?(?P<m>\d{1,2})\s?월\s?(?P<d>\d{1,2})\s?일",
        r"\b(?P<y>(?:19|20)\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})\b",
        rf"\b(?P<d>\d{{1,2}})\.\s?(?P<m>\d{{1,2}})\.\s?{_YEAR}\b",
        rf"\b{_DAY}\s(?:de\s|of\s)?(?P<w>[^\W\d]{{3,12}})\.?,?\s(?:de\s|del\s)?{_YEAR}\b",
        rf"\b(?P<w>[^\W\d]{{3,12}})\.?\s{_DAY},?\s{_YEAR}\b",
    )
)
_TIME = re.compile(
    r"\b(?P<h>[01]?\d|2[0-3])[:.h](?P<min>[0-5]\d)(?::\d\d)?\s?(?P<half>[ap]\.?m\b)?"
    r"\s?(?P<zone>Z|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
_ZONED = re.compile(r"([+-])(\d\d):?(\d\d)")


def parse_moment(text: str) -> datetime | None:
    """The point in time that ``text`` (ISO 8601, RFC 5322 or words, at most 200 characters) says,
    aware and in UTC; one without a zone is taken for UTC. None where it says none."""
    text = _ascii_digits(text.strip())
    if not text or len(text) > 200:
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return _in_utc(read(text))
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return _in_words(text)


def is_dateline(text: str) -> bool:
    """Whether a line says a date and little else ("Updated 3 May 2031, 14:05")."""
    if len(text) > 90 or not any(letter.isdigit() for letter in text):
        return False
    return parse_moment(text) is not None and len(text.split()) <= 10


def _in_words(text: str) -> datetime | None:
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text))
    for form in _FORMS:
        found = form.search(text)
        if found is None:
            continue
        parts = found.groupdict()
        month = int(parts["m"]) if "m" in parts else _months().get(plain(parts["w"]))
        rest = text[: found.start()] + " " + text[found.end() :]
        moment = _moment(int(parts["y"]), month, int(parts["d"]), rest)
        if moment is not None:
            return moment
    return None


def _moment(year: int, month: int | None, day: int, rest: str) -> datetime | None:
    """The date with the time of day in ``rest``; None where there is no such date."""
    if month is None:
        return None
    time = _TIME.search(rest)
    hour, minute = (int(time["h"]), int(time["min"])) if time else (0, 0)
    if time and time["half"]:
        hour = hour % 12 + (12 if time["half"][0] in "pP" else 0)
    try:
        return _in_utc(datetime(year, month, day, hour, minute, tzinfo=_zone(time)))
    except (ValueError, OverflowError):
        return None


def _zone(time: re.Match[str] | None) -> timezone:
    found = _ZONED.match(time["zone"] or "") if time else None
    if found is None:
        return UTC
    minutes = int(found[2]) * 60 + int(found[3])
    return timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes))


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)


@cache
def _months() -> dict[str, int]:
    """Month names and abbreviations of many languages, as ``plain`` writes them."""
    names: dict[str, int] = {}
    for language in _LANGUAGES:
        months = Locale.parse(language).months
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in months[context][width].items():
                    names.setdefault(plain(name), number)
    names["sept"] = 9
    return names


def _ascii_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.digit(letter)) if letter.isdecimal() else letter for letter in text
    )
