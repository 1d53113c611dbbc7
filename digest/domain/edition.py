"""What stands in an edition, and what a rendition of it is: the values that rendering works on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from digest.domain.brief import Image, RelatedLink
from digest.domain.counting import Counting
from digest.domain.states import Stream


@dataclass(frozen=True, slots=True)
class AlsoAt:
    """Another copy of the same brief."""

    source: str
    url: str


@dataclass(frozen=True, slots=True)
class BriefItem:
    """A brief as it stands in one edition, where an editor may have changed its words."""

    id: UUID
    title: str
    url: str
    bullets: tuple[str, ...] = ()
    teaser: str = ""
    related: tuple[RelatedLink, ...] = ()
    source: str = ""  # the source's name, as readers see it
    author: str | None = None
    published: datetime | None = None  # aware, UTC
    language: str | None = None
    image: Image | None = None
    also: tuple[AlsoAt, ...] = ()
    topics: tuple[str, ...] = ()  # the brief's categories, for readers who chose some
    why: str = ""  # why it is in: shown to editors, never to readers


@dataclass(frozen=True, slots=True)
class Section:
    """Briefs under one heading; the first section of an edition may have no name."""

    name: str
    briefs: tuple[BriefItem, ...]


@dataclass(frozen=True, slots=True)
class Excluded:
    """A brief that arrived in the window and is not in the edition, and why."""

    id: UUID
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class EditionContent:
    """The words of one edition. The first brief of the first section is the lead."""

    list_name: str
    number: int
    date: date  # in the list's zone
    subject: str
    preheader: str
    language: str = "en"
    stream: Stream = Stream.EACH
    intro: str = ""
    sections: tuple[Section, ...] = ()
    more: tuple[RelatedLink, ...] = ()  # what did not fit: title and URL ("N more")
    more_url: str | None = None

    @property
    def briefs(self) -> tuple[BriefItem, ...]:
        """All briefs, in reading order."""
        return tuple(brief for section in self.sections for brief in section.briefs)


SIZE_BUDGET = 90_000  # octets of an HTML part as transferred; Gmail clips near 102,000


class Layout(StrEnum):
    """How much of each brief a list shows."""

    FULL = "full"  # a lead, further briefs with their bullets, related stories
    COMPACT = "compact"  # one line a story
    SINGLE = "single"  # one story; the others by their headlines

    @classmethod
    def _missing_(cls, value: object) -> "Layout | None":
        return cls.FULL if value == "standard" else None  # its name until version 0.1


@dataclass(frozen=True, slots=True)
class Branding:
    """How a list looks and signs; frozen with the edition."""

    name: str
    postal_address: str
    reason: str = ""  # why the reader gets this mail
    logo_url: str | None = None
    logo_alt: str = ""
    accent_color: str = "#0b4f8a"
    footer_text: str = ""
    layout: Layout = Layout.FULL
    size_budget: int = SIZE_BUDGET  # what is over it is left out
    show_images: bool = False
    from_name: str = ""
    from_address: str = ""
    reply_to: str = ""
    list_id: str = ""  # RFC 2919: the same for a list as long as it lives
    bounce_domain: str = ""  # of the return path
    counting: Counting = Counting.NONE  # of clicks and opens


@dataclass(frozen=True, slots=True)
class TemplateSet:
    """The sources of one set of e-mail templates by relative path; ``digest`` names the set."""

    files: Mapping[str, str] = field(default_factory=dict)
    own: tuple[str, ...] = ()  # those that a list has put in the place of the built-in ones

    @property
    def digest(self) -> str:
        """SHA-256 over names and sources, in hex."""
        summary = sha256()
        for name in sorted(self.files):
            source = self.files[name].encode()
            summary.update(f"{name}\0{len(source)}\0".encode() + source)
        for name in self.own:
            summary.update(f"own\0{name}\0".encode())
        return summary.hexdigest()


@dataclass(frozen=True, slots=True, order=True)
class Variant:
    """The choices that change a rendition. Subscribers with equal variants share one."""

    topics: tuple[str, ...] = ()  # sorted; empty means everything
    language: str = "en"  # of the frame's own words
    text_only: bool = False

    @property
    def key(self) -> str:
        """One line that names the variant; equal variants have equal keys."""
        return json.dumps([self.language, self.text_only, *self.topics], ensure_ascii=False)

    @classmethod
    def from_key(cls, key: str) -> "Variant":
        """The variant that ``key`` names."""
        language, text_only, *topics = json.loads(key)
        return cls(topics=tuple(topics), language=language, text_only=text_only)


class Field:
    """Names of what differs from reader to reader. All values are URLs or plain ASCII words."""

    ADDRESS = "address"
    UNSUBSCRIBE_URL = "unsubscribeurl"
    PREFERENCES_URL = "preferencesurl"
    ALL = (ADDRESS, UNSUBSCRIBE_URL, PREFERENCES_URL)


@dataclass(frozen=True, slots=True)
class Dropped:
    """What of an edition did not fit into a rendition."""

    stories: int = 0  # related stories
    bullets: int = 0
    briefs: tuple[str, ...] = ()  # titles of those that stand under "more" instead

    def __bool__(self) -> bool:
        return bool(self.stories or self.bullets or self.briefs)

    def __str__(self) -> str:
        titles = "; ".join(self.briefs)
        parts = (
            _counted(self.stories, "related story", "related stories"),
            _counted(self.bullets, "bullet", "bullets"),
            _counted(len(self.briefs), "brief", "briefs") + (f" ({titles})" if titles else ""),
        )
        return ", ".join(filter(None, parts)) or "nothing"


def _counted(n: int, one: str, many: str) -> str:
    return "" if n == 0 else f"{n} {one if n == 1 else many}"


@dataclass(frozen=True, slots=True)
class Rendition:
    """An edition rendered for one variant: Unicode text in which ``placeholder(name)`` stands for
    each field. ``html`` is None for text-only variants."""

    subject: str
    preheader: str
    text: str
    html: str | None
    marker: str  # what placeholders begin with: letters and digits that occur nowhere else
    dropped: Dropped = Dropped()
    fallback: str = ""  # why the built-in templates stand in for the list's own
    targets: tuple[str, ...] = ()  # where its counted links lead

    def placeholder(self, name: str) -> str:
        """The word that stands for the field ``name`` in ``html`` and ``text``."""
        return placeholder(self.marker, name)

    @property
    def checksum(self) -> str:
        """SHA-256 of all its parts, in hex."""
        parts = (self.subject, self.preheader, self.text, self.html or "", self.marker)
        return sha256("\0".join(parts).encode()).hexdigest()


def placeholder(marker: str, name: str) -> str:
    """The word that stands for the field ``name``: letters and digits only, so that neither
    an HTML parser nor a URL quoter changes it."""
    return f"{marker}{name}z"
