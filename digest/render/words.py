"""The frame's own words, by language: everything in a mail that no editor or source wrote.

To add a language, copy ``ENGLISH``, translate its values and enter it in ``TABLES``. A key that
ends in a CLDR plural category (``.one``, ``.other``, …) is chosen by a count.
"""

import re
from collections.abc import Mapping
from datetime import date

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

ENGLISH: Mapping[str, str] = {
    "number": "No. {number}",
    "bluf": "Bottom line up front",
    "by": "By {author}",
    "read": "Read the brief",
    "read_title": "Read the brief: {title}",
    "also_at": "Also at",
    "related": "Related stories",
    "more.one": "{count} more brief",
    "more.other": "{count} more briefs",
    "see_all": "See them all",
    "image": "Picture",
    "view_in_browser": "View in browser",
    "preferences": "Change your preferences",
    "unsubscribe": "Unsubscribe",
    "sent_to": "Sent to",
    "reason": "You get this mail because you subscribed to {list}.",
}

TABLES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH}

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class Words:
    """The words of one language; English where a language has no table."""

    def __init__(self, language: str) -> None:
        """``language`` is a BCP 47 tag such as ``en`` or ``de-AT``."""
        self._locale = _locale(language)
        self._table = TABLES.get(self._locale.language, ENGLISH)
        if self._table is ENGLISH and self._locale.language != "en":
            self._locale = Locale("en")

    @property
    def language(self) -> str:
        """The tag of the language that these words are in."""
        return str(self._locale).replace("_", "-")

    def say(self, key: str, count: int | None = None, **values: str | int) -> str:
        """The words for ``key``, in the plural form for ``count``, with ``values`` filled in."""
        if count is not None:
            exact = f"{key}.{self._locale.plural_form(count)}"
            key = exact if exact in self._table else f"{key}.other"
            values["count"] = count
        return self._table[key].format_map(values)

    def long_date(self, day: date) -> str:
        """``day`` with its weekday, as this language writes it: ``Monday, March 2, 2026``."""
        return format_date(day, "full", locale=self._locale)


def language_tag(language: str | None) -> str | None:
    """``language`` where it has the shape of a BCP 47 tag, else None."""
    return language if language and _TAG.fullmatch(language) else None


def direction(language: str) -> str:
    """``rtl`` for languages written from right to left, else ``ltr``."""
    return _locale(language).text_direction


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        base = language.partition("-")[0]
        return Locale("en") if base == language else _locale(base)
