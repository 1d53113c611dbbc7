"""The paragraphs of the story, in order, and why each other block is none of them."""

import re
from collections.abc import Sequence

from digest.collect.extract.blocks import STORY, Block, Kind, Zone, plain, width
from digest.collect.extract.keypoints import Candidate
from digest.collect.extract.labels import whole_label
from digest.collect.extract.metadata import Metadata
from digest.collect.extract.page import Page
from digest.collect.extract.sections import is_interface, read_also

_IS = r"(?:is|was|are|has|writes|covers|ist|war|est|es|è|é|is een|является|هو|هي|は)\b"
_BIO = re.compile(
    r"^(?:the )?(?:author|writer|autor|autorin|auteur|autora?|autore) (?:is|was|ist|est|es|è|é)\b"
    r"|^(?:\S+ ){1,4}(?:is|are) (?:a|an|the|our|chief|senior|former|editor|staff|deputy"
    r"|associate|non-resident"
    r"|director|reporter|correspondent|contributing)\b.{0,160}\b(?:correspondent|reporter|editor"
    r"|fellow|writer"
    r"|columnist|analyst|journalist|contributor|author of)\b",
    re.IGNORECASE,
)


def roles(page: Page, candidates: Sequence[Candidate], known: Metadata) -> list[str]:
    """What became of each block: "title", "label", "bullet", "body", or why it was left out."""
    chosen = next((one for one in candidates if one.chosen), None)
    bullets = set(chosen.at) if chosen else set()
    rejected = {at for one in candidates if not one.chosen for at in one.at}
    said = {plain(text) for text in chosen.bullets} if chosen else set()
    found = []
    for at, block in enumerate(page.blocks):
        if at in bullets:
            found.append("bullet")
        elif at == page.title_at:
            found.append("title")
        elif chosen is not None and at == chosen.label_at:
            found.append("label")
        elif plain(block.text) in said:
            found.append("a bullet again")
        else:
            found.append(_left_out(page, at, known, rejected) or "body")
    return found


def _left_out(page: Page, at: int, known: Metadata, rejected: set[int]) -> str | None:
    """Why the block is no paragraph of the story; None where it is one."""
    block = page.blocks[at]
    if block.zone is not Zone.MAIN:
        return "a box beside" if block.zone in STORY else block.zone.value
    if not page.story[0] <= at < page.story[1]:
        return "outside the story"
    if at < page.title_at:
        return "above the title"
    if block.kind in (Kind.HEADING, Kind.CAPTION):
        return block.kind.value
    return _by_words(page, at, block, known, rejected)


def _by_words(page: Page, at: int, block: Block, known: Metadata, rejected: set[int]) -> str | None:
    if block.byline or (known.author and plain(block.text) == plain(known.author)):
        return "byline"
    if is_interface(block.text) or read_also(block.text) is not None:
        return "controls"
    if block.linked > 0.8 and width(block.text) < 160:
        return "links"
    if whole_label(block.text) is not None or plain(block.text) == plain(page.title):
        return "heading"
    if _is_bio(block.text, known.author) and at >= (page.prose[-1] if page.prose else 0):
        return Zone.BIO.value
    if block.kind is Kind.ITEM and (at < page.first_prose or at not in rejected):
        return "list above the story"
    if at < page.first_prose and width(block.text) < 60 and not block.tight:
        return "line above the story" if page.prose else None
    return None


def _is_bio(text: str, author: str | None) -> bool:
    if len(text) > 500:
        return False
    if author and plain(text).startswith(plain(author)):
        return re.match(_IS, text[len(author) :].lstrip(" ,"), re.IGNORECASE) is not None
    return _BIO.match(text) is not None
