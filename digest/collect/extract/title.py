"""The title of a page, and the block that shows it."""

import re
from collections.abc import Sequence

from digest.collect.extract.blocks import STORY, Block, Kind, plain, width
from digest.collect.extract.labels import whole_label
from digest.collect.extract.metadata import Metadata
from digest.collect.extract.sections import heading_zone, is_interface

_SEPARATORS = re.compile(r"\s+[|–—·•»:-]\s+|\s*[｜|]\s*")
_LONGEST = 300


def find_title(blocks: Sequence[Block], known: Metadata) -> tuple[str, int]:
    """The title and the index of its block; -1 where only the head says it; "" for none."""
    shown = [
        at
        for at, block in enumerate(blocks)
        if block.level == 1 and block.zone in STORY and _may_be_title(block, known)
    ]
    at = _agreed(blocks, shown, known)
    if at is None and known.titles:
        return _from_head(blocks, known)
    if at is None:
        at = _best_line(blocks, known)
    return (blocks[at].text[:_LONGEST].rstrip(), at) if at is not None else ("", -1)


def _may_be_title(block: Block, known: Metadata) -> bool:
    words = plain(block.text)
    return bool(words) and words != plain(known.site or "") and len(block.text) <= _LONGEST


def _agreed(blocks: Sequence[Block], shown: list[int], known: Metadata) -> int | None:
    """The level-one heading that the head agrees with; else the only one, or the first."""
    said = [plain(title) for title in known.titles]
    for at in shown:
        words = plain(blocks[at].text)
        if any(title.startswith(words) or words in title for title in said):
            return at
    # A heading of one word that the head doesn't know is a logo.
    fair = [at for at in shown if not said or len(blocks[at].text.split()) > 2]
    return fair[0] if fair else None


def _from_head(blocks: Sequence[Block], known: Metadata) -> tuple[str, int]:
    """A title of the head without the site's name, and the heading or line that repeats it."""
    best = known.titles[0]
    for title in known.titles:
        for at, block in enumerate(blocks):
            if plain(block.text) and plain(title) == plain(block.text):
                return block.text, at
    parts = _SEPARATORS.split(best)
    said = [plain(title) for title in known.titles]
    for at, block in enumerate(blocks):
        if block.kind is Kind.HEADING and block.zone in STORY and len(block.text) > 20:
            words = plain(block.text)
            if any(title.startswith(words) or title.endswith(words) for title in said):
                return block.text, at
    if len(parts) > 1 and (plain(parts[-1]) == plain(known.site or "") or len(known.titles) == 1):
        best = best[: best.rindex(parts[-1])].rstrip(" |–—·•»:-｜")
    return best[:_LONGEST].rstrip(), -1


def _best_line(blocks: Sequence[Block], known: Metadata) -> int | None:
    """The line above the story that looks most like a title."""
    end = _story_start(blocks)
    scores = {
        at: _score(blocks, at, end)
        for at in range(end)
        if blocks[at].zone in STORY
        and blocks[at].kind in (Kind.HEADING, Kind.PARAGRAPH)
        and not blocks[at].byline
        and _may_be_title(blocks[at], known)
        and whole_label(blocks[at].text) is None
        and heading_zone(blocks[at]) is None
        and not is_interface(blocks[at].text)
    }
    return max(scores, key=lambda at: scores[at], default=None)


def _story_start(blocks: Sequence[Block]) -> int:
    """Index of what the title stands above: a label with something behind it, else prose."""
    for at, block in enumerate(blocks):
        if at and whole_label(block.text) is not None and at + 1 < len(blocks):
            following = blocks[at + 1]
            if width(following.text) >= 40 and following.zone in STORY:
                return at
        if block.is_prose and block.zone in STORY and width(block.text) >= 130:
            return max(at, 1)
        if block.kind is Kind.ITEM and width(block.text) >= 60 and block.zone in STORY and at:
            return at
    return len(blocks)


def _score(blocks: Sequence[Block], at: int, end: int) -> float:
    """Points: a heading by markup, a fair length, no full stop, near the story, said twice."""
    block = blocks[at]
    letters = width(block.text)
    score = {1: 8.0, 2: 4.0, 3: 2.0}.get(block.level, 0.0)
    score += 3.0 if 25 <= letters <= 130 else 1.0 if 15 <= letters <= 160 else 0.0
    score += 1.0 if len(block.text.split()) >= 4 or letters > len(block.text) else -1.0
    parts = block.text.split()
    score += 0.7 if sum(part[0].isupper() for part in parts) * 2 > len(parts) else 0.0
    score -= 2.5 if block.kind is Kind.PARAGRAPH else 0.0
    score -= min(3.0, 0.3 * (end - at - 1))
    words = plain(block.text)
    score += (
        1.5
        if any(
            plain(other.text).startswith(words) for other in blocks[:at] if len(other.text) < 400
        )
        else 0.0
    )
    return score - (2.0 if block.linked > 0.6 else 0.0)
