"""The frame's own words, by language: everything in a mail that no editor or source wrote.

They stand in ``words/LANGUAGE.po`` of a set of templates, so that approval freezes them with it and
translators can use their tools. To add a language, copy ``words/en.po`` and translate its msgstr.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from gettext import c2py
from io import StringIO

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.messages.pofile import read_po

from digest.domain.edition import TemplateSet
from digest.render.sources import builtin_templates

FALLBACK = "en"

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_FIELD = re.compile(r"\{(\w+)\}")


class Catalog:
    """The words of one language by key; those that depend on a number have several forms."""

    def __init__(self, source: str) -> None:
        """``source`` is the text of a PO file (GNU gettext) whose msgids are keys."""
        parsed = read_po(StringIO(source), abort_invalid=True)
        self.forms: dict[str, tuple[str, ...]] = {}
        for message in parsed:
            key = message.id if isinstance(message.id, str) else message.id[0]
            words = message.string or ""
            self.forms[key] = (words,) if isinstance(words, str) else tuple(words)
        self.form_of: Callable[[int], int] = c2py(parsed.plural_expr)


class Words:
    """The words of one language; English where a set of templates has none in it."""

    def __init__(self, language: str, templates: TemplateSet | None = None) -> None:
        """``language`` is a BCP 47 tag such as ``en`` or ``de-AT``; ``templates`` is the set whose
        words are used, the built-in one where it has none."""
        files = templates.files if templates and _path(FALLBACK) in templates.files else None
        files = builtin_templates().files if files is None else files
        self._locale = _locale(language)
        if _path(self._locale.language) not in files:
            self._locale = Locale(FALLBACK)
        self._catalog = _catalog(files, self._locale.language)

    @property
    def language(self) -> str:
        """The tag of the language that these words are in."""
        return str(self._locale).replace("_", "-")

    def say(self, key: str, count: int | None = None, **values: str | int) -> str:
        """The words for ``key``, in the plural form for ``count``, with ``values`` filled in."""
        forms = self._catalog.forms[key]
        if count is not None:
            values["count"] = count
        text = forms[0] if count is None else forms[self._catalog.form_of(count)]
        return _FIELD.sub(lambda field: str(values[field[1]]), text)

    def long_date(self, day: date) -> str:
        """``day`` with its weekday, as this language writes it: ``Monday, March 2, 2026``."""
        return format_date(day, "full", locale=self._locale)


def language_tag(language: str | None) -> str | None:
    """``language`` where it has the shape of a BCP 47 tag, else None."""
    return language if language and _TAG.fullmatch(language) else None


def languages(templates: TemplateSet) -> list[str]:
    """The languages that the frame's own words are there in."""
    return sorted(path[6:-3] for path in templates.files if path.startswith("words/"))


def direction(language: str) -> str:
    """``rtl`` for languages written from right to left, else ``ltr``."""
    return _locale(language).text_direction


def _path(language: str) -> str:
    return f"words/{language}.po"


def _catalog(files: Mapping[str, str], language: str) -> Catalog:
    return _parsed(files[_path(language)])


@lru_cache(maxsize=64)
def _parsed(source: str) -> Catalog:
    return Catalog(source)


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        base = language.partition("-")[0]
        return Locale("en") if base == language else _locale(base)
