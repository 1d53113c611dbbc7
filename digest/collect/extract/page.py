"""A page as blocks, with what all decisions about it need: its title, its story, its words."""

from collections.abc import Sequence
from dataclasses import dataclass

from digest.collect.extract.blocks import STORY, Block, Container, Kind, words

_STORY_SHARE = 0.7  # of the prose: the smallest element with so much of it holds the story
_ARTICLE_SHARE = 0.55  # enough for an element that says it is the article


@dataclass(frozen=True, slots=True)
class Page:
    """Blocks in order; ``story`` is the half-open range of them that holds the body."""

    blocks: Sequence[Block]
    containers: Sequence[Container] = ()
    title: str = ""
    title_at: int = -1  # index of the block that shows the title; -1 where none does
    story: tuple[int, int] = (0, 0)
    prose: tuple[int, ...] = ()  # indexes of the story's paragraphs, in order

    @property
    def first_prose(self) -> int:
        """Index of the story's first paragraph; the number of blocks where it has none."""
        return self.prose[0] if self.prose else len(self.blocks)


def find_story(blocks: Sequence[Block], containers: Sequence[Container]) -> tuple[int, int]:
    """The range of the element that holds the story: the smallest one with most of the prose."""
    sums = [0]
    for block in blocks:
        good = block.is_prose and block.zone in STORY and not block.byline
        sums.append(sums[-1] + (len(block.text) if good else 0))
    best = (0, len(blocks))
    total = sums[-1]
    if not total:
        return best
    articles = [one for one in containers if one.holds_article]
    for found, share in ((articles, _ARTICLE_SHARE), (containers, _STORY_SHARE)):
        fitting = [one for one in found if sums[one.end] - sums[one.first] >= share * total]
        if fitting:
            chosen = min(fitting, key=lambda one: one.end - one.first)
            return chosen.first, chosen.end
    return best


def prose_of(blocks: Sequence[Block], story: tuple[int, int]) -> tuple[int, ...]:
    """Indexes of the paragraphs that are long enough to be the story's."""
    return tuple(
        at
        for at in range(*story)
        if blocks[at].is_prose and blocks[at].zone in STORY and not blocks[at].byline
    )


def story_words(page: Page) -> list[tuple[int, frozenset[str]]]:
    """The index and the words of the first sixty paragraphs of the story, in order."""
    return [(at, frozenset(words(page.blocks[at].text))) for at in page.prose[:60]]


def is_small(block: Block) -> bool:
    """Whether it may stand between a title and key points: caption, byline, label, short line."""
    return block.kind is Kind.CAPTION or block.byline or not block.is_prose
