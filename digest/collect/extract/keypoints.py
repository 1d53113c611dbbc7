"""The decision which blocks are a page's key points: rules with weights over candidate runs.

``RULES`` is the one table of weights. Each rule says in words what it saw and how far it holds,
from 0 to 1; a run's score is the sum of weight x degree, and the best run at or above
``THRESHOLD`` gives the bullets. The weights were set on the tuning half of the corpus and of the
generator's seeds; ``python -m bench.extract`` measures the other half.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from digest.collect.extract.blocks import STORY, Kind, Zone, ends_sentence, plain, width, words
from digest.collect.extract.candidates import Run, find_runs, in_zone
from digest.collect.extract.label_words import Strength
from digest.collect.extract.page import Page, is_small, story_words
from digest.collect.extract.sections import SHARING

THRESHOLD = 5.0
_MOST_BULLETS = 12
_DATED = re.compile(
    r"\b(?:\d{1,2}[:.]\d{2}|\d+ ?(?:min|hours?|hrs?|days?|Std|comments?|views))\b|\b(?:19|20)\d\d$"
)
_CONTACT = re.compile(r"https?://|www\.|\S@\S|\+\d[\d ()-]{6,30}|€ ?\d+$|\$ ?\d+$")


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that spoke for or against a candidate, in points."""

    rule: str
    points: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run of blocks with its score; ``chosen`` is true for the key points of the page."""

    bullets: tuple[str, ...]
    score: float
    reasons: tuple[Reason, ...]
    label: str | None
    at: tuple[int, ...]
    label_at: int
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the rules look at."""

    page: Page
    run: Run
    told: Sequence[tuple[int, frozenset[str]]]  # the story's paragraphs and their words
    headings: Mapping[str, int]  # where each heading last stands, by its plain words


_Test = Callable[[_Seen], float]


def score_candidates(page: Page) -> list[Candidate]:
    """Every candidate run, in reading order, the best one marked as chosen if good enough."""
    told = story_words(page)
    headings = {
        plain(block.text): at for at, block in enumerate(page.blocks) if block.kind is Kind.HEADING
    }
    found = [_scored(_Seen(page, run, told, headings)) for run in find_runs(page)]
    best = max(found, key=lambda one: one.score, default=None)
    if best is None or best.score < THRESHOLD:
        return found
    return [_as_chosen(one) if one is best else one for one in found]


def _as_chosen(one: Candidate) -> Candidate:
    return Candidate(
        one.bullets, one.score, one.reasons, one.label, one.at, one.label_at, chosen=True
    )


def _scored(seen: _Seen) -> Candidate:
    reasons = tuple(
        Reason(rule, round(weight * degree, 2))
        for rule, weight, test in RULES
        if (degree := float(test(seen)))
    )
    run = seen.run
    return Candidate(
        run.bullets,
        round(sum(reason.points for reason in reasons), 2),
        reasons,
        run.label.words if run.label else None,
        run.at,
        run.label_at,
    )


def _has_label(strength: Strength) -> _Test:
    return lambda seen: seen.run.label is not None and seen.run.label.strength is strength


def _is_named(seen: _Seen) -> float:
    """Only where the box holds little else than the run."""
    page, run = seen.page, seen.run
    return page.blocks[run.at[0]].named and in_zone(page, run) in STORY


def _opens_story(seen: _Seen) -> float:
    """1 before the story's first paragraph, 0.5 after one, 0.25 after two."""
    before = [at for at in seen.page.prose[:4] if at < seen.run.at[0]]
    return {0: 1.0, 1: 0.5, 2: 0.25}.get(len(before), 0.0) if seen.page.prose else 0.0


def _follows_title(seen: _Seen) -> float:
    page, run = seen.page, seen.run
    if not -1 < page.title_at < run.at[0] <= page.title_at + 40:
        return 0.0
    between = page.blocks[page.title_at + 1 : run.at[0]]
    small = all(is_small(block) for block in between if block.zone in STORY)
    inner = [block for block in between if block.zone in STORY]
    return small and len(inner) <= 8


def _reads_as_sentences(seen: _Seen) -> float:
    return sum(_is_sentence(one) for one in seen.run.bullets) / len(seen.run.bullets)


def _is_sentence(text: str) -> bool:
    long = len(text.split()) >= 6 or (width(text) > len(text) and width(text) >= 24)
    return long and (ends_sentence(text) or width(text) >= 40)


def _is_fair_number(seen: _Seen) -> float:
    return 2 <= len(seen.run.bullets) <= 7


def _is_one(seen: _Seen) -> float:
    return len(seen.run.bullets) == 1


def _is_many(seen: _Seen) -> float:
    return len(seen.run.bullets) > _MOST_BULLETS


def _is_echoed(seen: _Seen) -> float:
    """The share of bullets most of whose words one paragraph of the story has too."""
    inside = set(seen.run.at)
    told = [echo for at, echo in seen.told if at not in inside]
    hits = 0
    for bullet in seen.run.bullets[:_MOST_BULLETS]:
        own = {word for word in words(bullet[:500]) if len(word) > 3 or width(word) > len(word)}
        hits += any(len(own & echo) >= 0.5 * len(own) for echo in told) if own else False
    return hits / min(len(seen.run.bullets), _MOST_BULLETS)


def _is_linked(seen: _Seen) -> float:
    blocks = [seen.page.blocks[at] for at in seen.run.at]
    return sum(block.linked > 0.6 for block in blocks) * 2 > len(blocks)


def _is_short(seen: _Seen) -> float:
    lengths = sorted(width(bullet) for bullet in seen.run.bullets)
    middle = lengths[len(lengths) // 2]
    return 1.0 if middle < 20 else 0.6 if middle < 32 else 0.0


def _is_long(seen: _Seen) -> float:
    lengths = [width(bullet) for bullet in seen.run.bullets]
    return sum(lengths) / len(lengths) > 380


def _shares(seen: _Seen) -> float:
    hits = sum(not SHARING.isdisjoint(plain(one).split()) for one in seen.run.bullets)
    return hits * 2 >= len(seen.run.bullets) and _is_short(seen) > 0


def _is_dated(seen: _Seen) -> float:
    hits = sum(bool(_DATED.search(one[-40:])) for one in seen.run.bullets)
    return hits * 3 >= len(seen.run.bullets) * 2 and _reads_as_sentences(seen) != 1


def _has_contacts(seen: _Seen) -> float:
    hits = sum(bool(_CONTACT.search(one[:400])) for one in seen.run.bullets)
    return hits * 2 >= len(seen.run.bullets)


def _names_headings(seen: _Seen) -> float:
    """A table of contents says what headings further down say."""
    last = seen.run.at[-1]
    hits = sum(seen.headings.get(plain(one), -1) > last for one in seen.run.bullets)
    return hits * 2 >= len(seen.run.bullets)


def _is_introduced(seen: _Seen) -> float:
    """The paragraph above ends in a colon: the list is the rest of its sentence."""
    before = seen.page.blocks[seen.run.at[0] - 1] if seen.run.at[0] else None
    if before is None or seen.run.label is not None:
        return 0.0
    return before.text.endswith((":", "：")) and before.kind is not Kind.HEADING


def _is_under_heading(seen: _Seen) -> float:
    """A heading that is neither title nor label stands right above."""
    at = seen.run.at[0] - 1
    if at < 0 or seen.run.label is not None or at == seen.page.title_at:
        return 0.0
    block = seen.page.blocks[at]
    if block.kind is not Kind.HEADING or block.byline:
        return 0.0
    return 1.0 if block.level >= 2 or at > seen.page.first_prose else 0.5 * bool(block.level)


def _is_unannounced_and_late(seen: _Seen) -> float:
    return seen.run.label is None and not _is_named(seen) and _opens_story(seen) < 0.5


def _is_lone_and_late(seen: _Seen) -> float:
    return len(seen.run.bullets) == 1 and not seen.run.is_list and _opens_story(seen) < 1


def _is_loose_and_late(seen: _Seen) -> float:
    return not seen.run.is_list and len(seen.run.bullets) > 1 and _opens_story(seen) < 1


def _is_weakly_glued(seen: _Seen) -> float:
    """A paragraph of the story begins with the words ("Why it matters: …")."""
    label = seen.run.label
    weak = label is not None and label.strength is Strength.WEAK
    return weak and seen.run.label_at == seen.run.at[0] and _opens_story(seen) < 1


def _is_unbounded(seen: _Seen) -> float:
    return not seen.run.is_list and not seen.run.bounded


def _is_loose(seen: _Seen) -> float:
    return not seen.run.is_list and seen.run.bounded


def _in(*zones: Zone) -> _Test:
    return lambda seen: in_zone(seen.page, seen.run) in zones


def _outside_story(seen: _Seen) -> float:
    """Beyond the end of the element that holds the story."""
    return seen.run.at[0] >= seen.page.story[1]


def _has_no_story(seen: _Seen) -> float:
    return set(seen.page.prose) <= set(seen.run.at)


def _is_whole_story(seen: _Seen) -> float:
    """Paragraphs behind a label that leave no story are the story."""
    return not seen.run.is_list and len(seen.run.at) > 1 and _has_no_story(seen) > 0


RULES: tuple[tuple[str, float, _Test], ...] = (
    ("an unmistakable label stands above", 6.0, _has_label(Strength.STRONG)),
    ("a usual label stands above", 4.5, _has_label(Strength.FAIR)),
    ("a label that may mean other things stands above", 3.0, _has_label(Strength.WEAK)),
    ("the element around is named so", 3.0, _is_named),
    ("stands before the story", 2.0, _opens_story),
    ("follows the title, but for captions and bylines", 1.5, _follows_title),
    ("reads as sentences", 1.5, _reads_as_sentences),
    ("two to seven points", 1.0, _is_fair_number),
    ("the story says the same at more length", 1.5, _is_echoed),
    ("one point only", -1.0, _is_one),
    ("one point only, amid the story", -4.0, _is_lone_and_late),
    ("paragraphs amid the story", -4.0, _is_loose_and_late),
    ("a weak label runs into the story's text", -4.0, _is_weakly_glued),
    ("too many points", -3.0, _is_many),
    ("mostly links", -8.0, _is_linked),
    ("a few words each", -4.0, _is_short),
    ("as long as paragraphs", -3.0, _is_long),
    ("names of places to share at", -6.0, _shares),
    ("dates or times at the ends", -2.0, _is_dated),
    ("addresses or prices", -4.0, _has_contacts),
    ("names headings of the page", -6.0, _names_headings),
    ("ends the sentence above", -4.0, _is_introduced),
    ("belongs to the heading above", -4.0, _is_under_heading),
    ("unannounced and amid the story", -3.0, _is_unannounced_and_late),
    ("paragraphs that nothing bounds", -5.0, _is_unbounded),
    ("paragraphs, no list", -0.5, _is_loose),
    ("stands in a box beside", -1.0, _in(Zone.ASIDE)),
    ("stands after the story's element", -3.0, _outside_story),
    ("the page has no story", -2.0, _has_no_story),
    ("the paragraphs are the whole story", -6.0, _is_whole_story),
    ("stands among related stories", -12.0, _in(Zone.RELATED)),
    (
        "stands in a part that is not the story",
        -12.0,
        _in(*(zone for zone in Zone if zone not in (*STORY, Zone.RELATED))),
    ),
)
