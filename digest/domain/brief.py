"""What is known of a brief before it is a row: the values that collectors and extraction give."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RelatedLink:
    """A related story: its teaser is plain text, its URL absolute where there is one."""

    title: str
    url: str | None = None
    teaser: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of a brief, kept as an address and its text alternative, never as bytes."""

    url: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What one page says, as plain text: no markup, entities decoded, white space folded."""

    title: str
    url: str | None = None
    published: datetime | None = None  # aware, UTC
    author: str | None = None
    language: str | None = None  # BCP 47, as far as known: "en", "de-AT"
    bluf: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    related: tuple[RelatedLink, ...] = ()
    image: Image | None = None


@dataclass(frozen=True, slots=True)
class CollectedBrief:
    """One item of a source, ready to be stored: plain text, absolute canonical URL."""

    guid: str  # what the source calls it; the canonical URL where it gives no name
    url: str  # canonical: no tracking parameters, no fragment
    title: str
    published: datetime | None = None  # aware, UTC; None where the source gives none
    author: str | None = None
    language: str | None = None
    categories: tuple[str, ...] = ()
    bluf: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    teaser: str = ""
    related: tuple[RelatedLink, ...] = ()
    image: Image | None = None
