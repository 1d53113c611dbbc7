"""Stored briefs as the values that assembling works on."""

from digest.assemble.candidate import Candidate
from digest.domain.brief import Image
from digest.store.briefs import Brief
from digest.store.lists import ListSource


def as_candidate(brief: Brief, feed: ListSource | None) -> Candidate:
    """A stored brief with its source and related stories, as a value. A source that feeds the
    list no more ranks last."""
    return Candidate(
        id=brief.id,
        title=brief.title,
        url=brief.url,
        arrived_at=brief.arrived_at,
        bullets=brief.bullets,
        body=brief.body,
        teaser=brief.teaser,
        author=brief.author,
        language=brief.language,
        categories=brief.categories,
        source=brief.source.name,
        source_rank=feed.rank if feed else 1_000,
        wanted=feed.categories if feed else (),
        published_at=brief.published_at,
        embargoed_until=brief.embargoed_until,
        related=tuple(story.as_link() for story in brief.related),
        image=Image(brief.image_url, brief.image_alt or "") if brief.image_url else None,
    )


def archived(brief: Brief) -> Candidate:
    """What ranking by similarity needs of a brief."""
    return Candidate(
        id=brief.id,
        title=brief.title,
        url=brief.url,
        arrived_at=brief.arrived_at,
        bullets=brief.bullets,
        body=brief.body[:3],
        teaser=brief.teaser,
    )


def is_wanted(brief: Brief, feed: ListSource) -> bool:
    """Whether the list takes a brief of these categories from its source."""
    wanted = {category.casefold() for category in feed.categories}
    return not wanted or any(category.casefold() in wanted for category in brief.categories)
