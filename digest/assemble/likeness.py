"""Whether two briefs are one story told twice, or two stories on one topic."""

from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from digest.assemble.wording import numbers, title_forms, words

# Likeness of texts that makes two briefs one, where the titles tell nothing; and how much of it
# an equal title makes up for. A reworded bullet of four and another first sentence leave about
# 0.7; two reports on the same event, written apart, share 0.2 to 0.4.
SAME_TEXT = 0.8
TITLE_MAKES_UP = 0.3
UNLIKE_TITLES = 0.5
SAME_TITLE = 0.95
# Reports made from one mould differ in little but their figures.
SHARED_NUMBERS = 0.5
FEWEST_NUMBERS = 3  # fewer differ by chance or by a correction

EVIDENCE_WORDS = 25  # shorter texts prove nothing
PARAGRAPH_WORDS = 160  # of the body, from its beginning


@dataclass(frozen=True, slots=True)
class Telling:
    """The words of a brief in comparable form."""

    titles: tuple[tuple[str, ...], ...]
    bullets: tuple[str, ...]
    opening: tuple[str, ...]  # the first paragraphs
    text: tuple[str, ...]  # both
    figures: frozenset[str]  # of the text
    title_figures: frozenset[str]


def telling(title: str, bullets: tuple[str, ...], paragraphs: tuple[str, ...]) -> Telling:
    """A brief's title, bullets and first paragraphs made comparable."""
    opening: list[str] = []
    for paragraph in paragraphs:
        if len(opening) >= PARAGRAPH_WORDS:
            break
        opening.extend(words(paragraph[: PARAGRAPH_WORDS * 12]))
    spoken = tuple(word for bullet in bullets for word in words(bullet))
    text = (*spoken, *opening[:PARAGRAPH_WORDS])
    titles = title_forms(title)
    heading = numbers(titles[0]) if titles else frozenset()
    return Telling(titles, spoken, text[len(spoken) :], text, numbers(text), heading)


def is_same_story(one: Telling, other: Telling) -> bool:
    """Whether two tellings are copies of one brief.

    The text decides; equal titles make up for a part of it, and different figures speak against
    it. Where a brief has next to no text, only the very same title of four words or more counts.
    """
    titles = title_likeness(one, other)
    texts = _text_likeness(one, other)
    if texts is None:
        return titles == 1 and min(len(one.titles[-1]), len(other.titles[-1])) >= 4
    excess = max(0.0, titles - UNLIKE_TITLES) / (1 - UNLIKE_TITLES)
    return texts >= SAME_TEXT - TITLE_MAKES_UP * excess and not _figures_differ(one, other)


def title_likeness(one: Telling, other: Telling) -> float:
    """How like each other two titles are, labels and site names aside: 0 to 1."""
    pairs = ((a, b) for a in one.titles for b in other.titles)
    return max((fuzz.ratio(" ".join(a), " ".join(b)) / 100 for a, b in pairs), default=0.0)


def is_same_title(one: Telling, other: Telling) -> bool:
    """Whether two titles name one story: a comma or a plural may differ, a figure may not."""
    if title_likeness(one, other) < SAME_TITLE or not one.titles or not other.titles:
        return False
    return one.title_figures == other.title_figures


def _text_likeness(one: Telling, other: Telling) -> float | None:
    """The likeness of what both have of bullets and opening; None where that is next to nothing.

    A copy that carries a beginning only is compared with as much of the other.
    """
    pairs = ((one.bullets, other.bullets), (one.opening, other.opening), (one.text, other.text))
    found = [_likeness(a, b) for a, b in pairs if min(len(a), len(b)) >= EVIDENCE_WORDS]
    return max(found, default=None)


def _likeness(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    length = min(len(one), len(other)) + 5
    return Indel.normalized_similarity(one[:length], other[:length])


def _figures_differ(one: Telling, other: Telling) -> bool:
    if not _one_holds_the_other(one.title_figures, other.title_figures):
        return True
    if max(len(one.figures), len(other.figures)) < FEWEST_NUMBERS:
        return False
    fewer = min(len(one.figures), len(other.figures))
    return len(one.figures & other.figures) < SHARED_NUMBERS * fewer


def _one_holds_the_other(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    return mine <= theirs or theirs <= mine
