"""Stories in the order of what a reader should see first, and the reason for each place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.assemble.candidate import Candidate
from digest.assemble.groups import Group
from digest.assemble.screening import spell
from digest.assemble.sections import section_place

# What counts, and how much; the sum is 1.
RECENCY = 0.45
COMPLETENESS = 0.30
SOURCE = 0.15
SECTION = 0.10

# In a roll-up, what editors and readers saw first counts most.
STANDING = 0.60  # the lead's; a brief at place n has 1/n of it
ROLL_UP_COMPLETENESS = 0.25
ROLL_UP_RECENCY = 0.15
ROLL_UP_HALF_LIFE = timedelta(days=7)

HALF_LIFE = timedelta(hours=24)  # after it, a brief is half as recent
ENOUGH_BULLETS = 3
TOO_MANY_BULLETS = 8  # a list of so many is a menu or a table of contents, not a bottom line


@dataclass(frozen=True, slots=True)
class Ranked:
    """A story, its score (0 to 1) and why it stands where it does."""

    group: Group
    score: float
    why: str

    @property
    def best(self) -> Candidate:
        return self.group.best


def rank(groups: Sequence[Group], now: datetime, sections: Sequence[str]) -> list[Ranked]:
    """The stories, best first; equal values always give the same order."""
    scored = [(_score(group.best, now, sections), group) for group in groups]
    scored.sort(key=lambda pair: (-pair[0], -pair[1].best.dated_at.timestamp(), pair[1].best.id))
    return [
        Ranked(group, score, _why(place, len(scored), score, group, now))
        for place, (score, group) in enumerate(scored, 1)
    ]


def completeness(bullets: Sequence[str]) -> float:
    """How complete a bottom line is: 1 from three bullets on, and little for too many."""
    if len(bullets) > TOO_MANY_BULLETS:
        return 1 / ENOUGH_BULLETS
    return min(len(bullets), ENOUGH_BULLETS) / ENOUGH_BULLETS


def _score(best: Candidate, now: datetime, sections: Sequence[str]) -> float:
    age = max(timedelta(0), now - best.dated_at)
    if best.place:
        fading: float = 0.5 ** (age / ROLL_UP_HALF_LIFE)
        complete = ROLL_UP_COMPLETENESS * completeness(best.bullets)
        return round(STANDING / best.place + complete + ROLL_UP_RECENCY * fading, 6)
    place = section_place(best.categories, sections)
    recency: float = 0.5 ** (age / HALF_LIFE)
    score = (
        RECENCY * recency
        + COMPLETENESS * completeness(best.bullets)
        + SOURCE / (1 + max(0, best.source_rank))
        + SECTION * (0.0 if place is None else 1 - place / len(sections))
    )
    return round(score, 6)


def _standing(best: Candidate) -> str:
    if best.place:
        return f"place {best.place} in {best.carried_in}"
    return f"source rank {best.source_rank}"


def _why(place: int, of: int, score: float, group: Group, now: datetime) -> str:
    best = group.best
    bullets = "1 bullet" if len(best.bullets) == 1 else f"{len(best.bullets) or 'no'} bullets"
    reasons = [
        f"out {spell(now - best.dated_at)} ago",
        bullets,
        _standing(best),
    ]
    if group.others:
        reasons.append(f"best of {1 + len(group.others)} copies")
    return f"{place} of {of} by rank ({score:.2f}): {', '.join(reasons)}"
