"""How often an edition's links were followed, link by link and day by day, by all together."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from digest.actions.numbers import counted_of
from digest.domain.edition import EditionContent
from digest.render.links import safe_url
from digest.store.editions import find_edition
from digest.store.engine import Database
from digest.store.links import OPENS, hits_of, links_of


@dataclass(frozen=True, slots=True)
class LinkClicks:
    """One link."""

    url: str
    title: str  # of what it leads to, where the edition says; else empty
    clicks: int


@dataclass(frozen=True, slots=True)
class DayClicks:
    """One day of UTC."""

    day: date
    clicks: int
    opens: int


@dataclass(frozen=True, slots=True)
class ClickNumbers:
    """``clicks`` and ``opens`` are None where they aren't counted; days are the oldest first, and
    those without any are left out."""

    edition: UUID
    list_name: str
    number: int
    subject: str
    clicks: int | None
    opens: int | None
    links: Sequence[LinkClicks]  # the one followed most first
    days: Sequence[DayClicks]


def click_numbers(db: Database, edition_id: UUID) -> ClickNumbers:
    """The figures of one edition; a few seconds old."""
    with db.read() as session:
        edition = find_edition(session, edition_id)
        clicks, opens = counted_of(session, [edition_id])[edition_id]
        hits, links = hits_of(session, edition_id), links_of(session, edition_id)
        content = edition.content
    titles, by_key = dict(_titles(content)), _by_key(hits)
    counted = [LinkClicks(one.url, titles.get(one.url, ""), by_key[one.key]) for one in links]
    return ClickNumbers(
        edition=edition_id,
        list_name=content.list_name,
        number=content.number,
        subject=content.subject,
        clicks=clicks,
        opens=opens,
        links=sorted(counted, key=lambda one: -one.clicks),
        days=list(_days(hits)),
    )


def _titles(content: EditionContent) -> Iterator[tuple[str | None, str]]:
    """Of each address; the title of a brief stands before that of a link to it."""
    for story in content.more:
        yield safe_url(story.url), story.title
    for brief in content.briefs:
        yield from ((safe_url(story.url), story.title) for story in brief.related)
        yield from (
            (safe_url(other.url), f"{brief.title} ({other.source})") for other in brief.also
        )
    for brief in content.briefs:
        yield safe_url(brief.url), brief.title


def _by_key(hits: Mapping[tuple[int, date], int]) -> Counter[int]:
    sums: Counter[int] = Counter()
    for (key, _), n in hits.items():
        sums[key] += n
    return sums


def _days(hits: Mapping[tuple[int, date], int]) -> Iterator[DayClicks]:
    clicks: Counter[date] = Counter()
    opens: Counter[date] = Counter()
    for (key, day), n in hits.items():
        (opens if key == OPENS else clicks)[day] += n
    for day in sorted(clicks | opens):
        yield DayClicks(day, clicks[day], opens[day])
