"""The sample newsroom's articles: readable text files, dated relative to the demo's ``now``."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).parent / "briefs"

_AGE = re.compile(r"(-?\d+)([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class SiteKey(StrEnum):
    """Which of the two sites."""

    LEDGER = "ledger"
    DISPATCH = "dispatch"


class Layout(StrEnum):
    """How a page is laid out: three ways of the Ledger, and the Dispatch's theme."""

    CLASSIC = "classic"
    BOX = "box"
    UNLABELLED = "unlabelled"
    THEME = "theme"


class Status(StrEnum):
    """Only the WordPress API shows what is not public."""

    PUBLIC = "public"
    PROTECTED = "protected"
    SCHEDULED = "scheduled"


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing in ``pictures/`` and its text alternative."""

    file: str
    alt: str


@dataclass(frozen=True, slots=True)
class Article:
    """A brief as its newsroom publishes it; ``slug`` is the name of its file."""

    slug: str
    site: SiteKey
    section: str
    headline: str
    author: str
    published: datetime  # aware, UTC
    modified: datetime  # aware, UTC
    bullets: tuple[str, ...]
    body: tuple[str, ...]
    related: tuple[str, ...] = ()  # slugs of the same site
    language: str = "en"
    layout: Layout = Layout.CLASSIC
    label: str | None = None  # what stands over the bullets; some pages have nothing there
    picture: Picture | None = None
    status: Status = Status.PUBLIC

    @property
    def guid(self) -> str:
        """What the feed calls it: the same before and after a correction."""
        return f"tag:{self.site}.example,brief:{self.slug}"

    @property
    def summary(self) -> str:
        """One sentence for summary-only feeds."""
        return self.body[0].split(". ")[0].rstrip(".") + "."


def load_articles(shelf: Literal["fresh", "archive", "reserve"], now: datetime) -> list[Article]:
    """The articles of one folder under ``briefs/``, newest first, their ages counted from ``now``.

    *fresh* are of the last four days, *archive* three weeks old and older, *reserve* not yet out.
    """
    files = sorted((FOLDER / shelf).glob("*.txt"))
    articles = [parse_article(file.stem, file.read_text("utf-8"), now) for file in files]
    return sorted(articles, key=lambda article: article.published, reverse=True)


def parse_article(slug: str, text: str, now: datetime) -> Article:
    """Read ``key: value`` lines, an empty line, ``- bullets``, then paragraphs."""
    head, *blocks = [block.strip() for block in text.strip().split("\n\n")]
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    published = now.replace(microsecond=0) - _age(fields["age"])
    return Article(
        slug=slug,
        site=SiteKey(fields["site"]),
        section=fields["section"],
        headline=fields["headline"],
        author=fields["author"],
        published=published,
        modified=min(published, now.replace(microsecond=0)),
        bullets=tuple(line.removeprefix("- ") for line in blocks[0].splitlines()),
        body=tuple(blocks[1:]),
        related=tuple(fields["related"].split(", ")),
        language=fields.get("language", "en"),
        layout=Layout(fields["layout"]),
        label=fields.get("label"),
        picture=_picture(fields.get("picture")),
        status=Status(fields.get("status", "public")),
    )


def _age(text: str) -> timedelta:
    """``150m``, ``3h`` or ``21d`` ago; a minus sign means a time to come."""
    match = _AGE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an age such as 3h")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _picture(text: str | None) -> Picture | None:
    if text is None:
        return None
    file, alt = text.split(" | ", 1)
    return Picture(file, alt)
