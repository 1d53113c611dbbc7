"""An edition made to fit a mail's budget by leaving out what matters least.

First related stories, from the last brief up; then bullets beyond three; then whole briefs, of
which the headline stays under "more". The lead always stays.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from digest.domain.edition import BriefItem, Dropped, EditionContent, Section
from digest.render.layout import as_link

KEPT_BULLETS = 3


class _Kind(StrEnum):
    STORY = "related story"
    BULLET = "bullet"
    BRIEF = "brief"


@dataclass(frozen=True, slots=True)
class _Cut:
    """One thing to leave out: the last of its kind that is left in a brief, or the brief."""

    kind: _Kind
    brief: int  # its place in reading order


def fit(
    content: EditionContent,
    is_small: Callable[[EditionContent], bool],
    *,
    whole_at: str | None = None,
) -> tuple[EditionContent, Dropped]:
    """``content`` with as little left out as makes it small, and what that was.

    ``is_small`` is asked a few times: the cuts have an order, so the fewest are found by halves.
    Where not even all cuts help, all are made. ``whole_at`` is a page where nothing is left out.
    """
    if is_small(content):
        return content, Dropped()
    cuts = _cuts(content)
    linked = replace(content, more_url=content.more_url or whole_at)
    needed = bisect_left(
        range(len(cuts)), True, key=lambda n: is_small(_without(linked, cuts[: n + 1]))
    )
    made = cuts[: needed + 1]
    return _without(linked, made), _dropped(content, made)


def _cuts(content: EditionContent) -> list[_Cut]:
    """All that may be left out, what matters least first."""
    last_first = list(enumerate(content.briefs))[::-1]
    return [
        *(_Cut(_Kind.STORY, at) for at, brief in last_first for _ in brief.related),
        *(_Cut(_Kind.BULLET, at) for at, brief in last_first for _ in brief.bullets[KEPT_BULLETS:]),
        *(_Cut(_Kind.BRIEF, at) for at, _ in last_first if at > 0),
    ]


def _without(content: EditionContent, cuts: list[_Cut]) -> EditionContent:
    counts = Counter(cuts)
    places = iter(range(len(content.briefs)))
    sections = []
    for section in content.sections:
        numbered = [(next(places), brief) for brief in section.briefs]
        kept = tuple(
            _shortened(brief, at, counts) for at, brief in numbered if not _is_gone(at, counts)
        )
        sections.append(Section(section.name, kept))
    moved = [as_link(b) for at, b in enumerate(content.briefs) if _is_gone(at, counts)]
    return replace(
        content,
        sections=tuple(section for section in sections if section.briefs),
        more=(*moved, *content.more),
    )


def _is_gone(at: int, counts: Counter[_Cut]) -> bool:
    return _Cut(_Kind.BRIEF, at) in counts


def _shortened(brief: BriefItem, at: int, counts: Counter[_Cut]) -> BriefItem:
    stories = len(brief.related) - counts[_Cut(_Kind.STORY, at)]
    bullets = len(brief.bullets) - counts[_Cut(_Kind.BULLET, at)]
    return replace(brief, related=brief.related[:stories], bullets=brief.bullets[:bullets])


def _dropped(content: EditionContent, cuts: list[_Cut]) -> Dropped:
    kinds = Counter(cut.kind for cut in cuts)
    gone = sorted(cut.brief for cut in cuts if cut.kind is _Kind.BRIEF)
    return Dropped(
        stories=kinds[_Kind.STORY],
        bullets=kinds[_Kind.BULLET],
        briefs=tuple(content.briefs[at].title for at in gone),
    )
