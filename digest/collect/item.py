"""One item of a source as its format gives it, before its page is read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from digest.domain.brief import Image
from digest.sanitise import fold, plain_text, safe_url

MAX_TITLE = 500  # characters
MAX_NAME = 200
MAX_GUID = 1000
MAX_CATEGORIES = 20
MAX_TEASER = 600


@dataclass(frozen=True, slots=True)
class Item:
    """``content`` and ``summary`` are HTML as given; the rest is clean."""

    link: str | None  # absolute
    guid: str | None = None
    title: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    author: str | None = None
    language: str | None = None
    categories: tuple[str, ...] = ()
    image: Image | None = None
    content: str = ""
    summary: str = ""
    is_whole: bool = False  # the source says that ``content`` is all there is


def clean_guid(text: object) -> str | None:
    """What a source calls its item, as one line."""
    return fold(str(text))[:MAX_GUID] or None if isinstance(text, str | int) else None


def clean_title(markup: object) -> str:
    """A headline as plain text."""
    return plain_text(markup)[:MAX_TITLE] if isinstance(markup, str) else ""


def clean_name(markup: object) -> str | None:
    """A person's name; addresses are not names."""
    name = plain_text(markup)[:MAX_NAME] if isinstance(markup, str) else ""
    return name if name and "@" not in name else None


def clean_categories(names: Iterable[object]) -> tuple[str, ...]:
    """Category names, each once, in the source's order."""
    clean = (plain_text(name)[:MAX_NAME] for name in names if isinstance(name, str))
    return tuple(dict.fromkeys(name for name in clean if name))[:MAX_CATEGORIES]


def clean_image(url: object, alt: object = "", base: str | None = None) -> Image | None:
    """A picture's address and text alternative."""
    address = safe_url(url, base) if isinstance(url, str) else None
    if address is None:
        return None
    return Image(address, plain_text(alt)[:MAX_TITLE] if isinstance(alt, str) else "")


def clean_language(tag: object) -> str | None:
    """A BCP 47 tag, or nothing."""
    text = tag.strip().replace("_", "-") if isinstance(tag, str) else ""
    is_tag = 2 <= len(text) <= 35 and text.isascii() and text.replace("-", "").isalnum()
    return text if is_tag else None


def teaser_of(markup: str) -> str:
    """The summary as plain text, cut at a word, without "[…]" or "Read more" at its end."""
    text = plain_text(markup)
    for ending in _ENDINGS:
        text = text.removesuffix(ending).rstrip()
    if len(text) <= MAX_TEASER:
        return text
    return text[:MAX_TEASER].rsplit(" ", 1)[0] + "…"


_ENDINGS = ("Continue reading →", "Continue reading", "Read more →", "Read more", "[…]", "[...]")
