"""A brief that may go into an edition, and what its list asks of editions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from digest.domain.brief import Image, RelatedLink


@dataclass(frozen=True, slots=True)
class Candidate:
    """A brief that arrived in the window, as plain values."""

    id: UUID
    title: str
    url: str  # canonical
    arrived_at: datetime  # aware, UTC
    bullets: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    teaser: str = ""
    author: str | None = None
    language: str | None = None
    categories: tuple[str, ...] = ()
    source: str = ""  # its name, as readers see it
    source_rank: int = 0  # of two copies, the lower ranked source's wins
    wanted: tuple[str, ...] = ()  # the categories that the list takes from this source; () is all
    published_at: datetime | None = None  # aware, UTC
    embargoed_until: datetime | None = None  # in no mail that goes out before
    related: tuple[RelatedLink, ...] = ()  # as harvested from its page
    image: Image | None = None
    carried_in: str = ""  # for a roll-up: the edition that it went out in, "No. 12"
    place: int = 0  # and where it stood there; 1 is the lead

    @property
    def dated_at(self) -> datetime:
        """When it came out, as far as anybody knows: a date to come counts as its arrival."""
        if self.published_at is None:
            return self.arrived_at
        return min(self.published_at, self.arrived_at)


@dataclass(frozen=True, slots=True)
class EditionRules:
    """What a list asks of its editions."""

    min_items: int = 1
    max_items: int = 12
    max_related: int = 3  # per brief
    max_item_age: timedelta = timedelta(days=7)
    sections: tuple[str, ...] = ()  # names of categories, in reading order
