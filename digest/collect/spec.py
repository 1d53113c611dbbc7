"""What a source is asked for and what it gives: the values that all adapters share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from digest.domain.brief import CollectedBrief
from digest.domain.states import SourceKind
from digest.fetch import Fetcher


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """How much of a source is read, and how; each field can be set per source."""

    max_items: int = 100  # the newest are taken
    max_pages: int = 50  # pages fetched per collection, for items that need theirs
    min_link_words: int = 3  # an index page's links with fewer words are menus
    base_url: str | None = None  # under which a folder's files are published


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """One source as its row says. ``url`` is a path or a file: URL for a folder."""

    kind: SourceKind
    url: str
    name: str = ""
    etag: str | None = None  # as the last Collected gave it
    last_modified: str | None = None  # likewise
    collected_at: datetime | None = None  # the last success; what changed later is read again
    options: SourceOptions = field(default_factory=SourceOptions)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that an editor may ask about: a title or URL, and one sentence."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Collected:
    """What one visit brought; ``etag`` and ``last_modified`` are to be given back next time.

    They are None where the next visit must read everything again, because something was left for
    it. Items that are known and unchanged may be missing from ``briefs``.
    """

    briefs: tuple[CollectedBrief, ...] = ()
    etag: str | None = None
    last_modified: str | None = None
    not_modified: bool = False
    skipped: tuple[Remark, ...] = ()  # items that gave no brief
    notes: tuple[Remark, ...] = ()  # items that gave one, but not as they should


@dataclass(frozen=True, slots=True)
class Visit:
    """One collection of one source: what an adapter is given."""

    source: SourceSpec
    fetcher: Fetcher
    now: datetime  # business time
    known: Callable[[str], bool]  # whether a brief with this guid or canonical URL is stored

    def unchanged(self) -> Collected:
        """Nothing new, with the validators that proved it."""
        return Collected(
            etag=self.source.etag, last_modified=self.source.last_modified, not_modified=True
        )

    def is_settled(self, guid: str, url: str, updated: datetime | None) -> bool:
        """Whether this item is stored and was not changed since the last collection."""
        if not (self.known(guid) or self.known(url)):
            return False
        return not (updated and self.source.collected_at and updated > self.source.collected_at)
