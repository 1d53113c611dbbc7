"""Related stories: titles with teasers and addresses, from the parts of a page that hold them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from digest.collect.extract.blocks import STORY, Block, Kind, Zone, ends_sentence, plain, width
from digest.collect.extract.dates import is_dateline
from digest.collect.extract.labels import whole_label, without_label
from digest.collect.extract.metadata import absolute
from digest.collect.extract.page import Page
from digest.collect.extract.sections import heading_zone, is_interface, read_also
from digest.domain.brief import RelatedLink

MAX_RELATED = 30
_MORE = (
    r"read (?:the )?(?:full |whole )?(?:more|on|story|article|brief)|continue reading|keep reading"
    r"|learn more|full story|more|weiterlesen|mehr lesen|mehr erfahren|mehr|lire la suite"
    r"|en savoir plus"
    r"|lire plus|leer más|seguir leyendo|más|continua a leggere|leggi tutto|leggi di più|ler mais"
    r"|leia mais|continue lendo|saiba mais|lees meer|lees verder|meer|اقرأ المزيد|المزيد"
    r"|читать далее|подробнее|далее|続きを読む|もっと見る|läs mer|les mer|læs mere|czytaj więcej"
)
_ELLIPSIS = r"(?:\[(?:…|\.{2,3}|&hellip;)\]|\((?:…|\.{3})\)|…|\.{3})"
_ENDINGS = re.compile(
    rf"\s*(?:{_ELLIPSIS}\s?\[?(?:{_MORE})?\]?|(?<=[.!?。])\s\[?(?:{_MORE})\]?|\s\[(?:{_MORE})\]"
    rf"|\s(?:{_MORE})\s?(?=[→»›>]))\s?(?:[→»›>]{{1,2}})?$",
    re.IGNORECASE,
)
_META = re.compile(r"^(?:\d+ (?:min\w*|hours?|days?|comments?)\b.{0,30}|\d+)$", re.IGNORECASE)
_LONGEST_TITLE = 200


@dataclass(slots=True)
class _Story:
    """A related story while its blocks are read."""

    title: str
    url: str | None
    teaser: str = ""


def find_related(page: Page, base: str | None) -> tuple[RelatedLink, ...]:
    """The page's related stories in order, each title once, at most ``MAX_RELATED``; addresses
    are absolute, relative ones left out where there is no ``base``."""
    stories: list[_Story] = []
    for blocks in _parts(page.blocks):
        stories += _cards(blocks)
    stories += _inline(page)
    return _distinct(stories, page.title, base)


def clean_teaser(text: str) -> str:
    """``text`` without a glued label at its start and "[...] More" or "… Read more" at its end."""
    bare = without_label(text)
    ending = _ENDINGS.search(bare, max(0, len(bare) - 60))
    return bare[: ending.start()].rstrip() if ending else bare


def _parts(blocks: Sequence[Block]) -> list[list[Block]]:
    """Runs of neighbouring blocks in the zone of related stories."""
    parts: list[list[Block]] = []
    inside = False
    for block in blocks:
        related = block.zone is Zone.RELATED
        if related and not inside:
            parts.append([])
        if related:
            parts[-1].append(block)
        inside = related
    return parts


def _cards(blocks: Sequence[Block]) -> list[_Story]:
    """The stories of one part: a title each, by markup, link or shape, and what follows it."""
    told = [block for block in blocks if _says_something(block)]
    told_by = _titles_told_by(told)
    stories: list[_Story] = []
    for at, block in enumerate(told):
        following = told[at + 1] if at + 1 < len(told) else None
        last = stories[-1] if stories else None
        if _is_title(block, last, following, told_by):
            stories.append(_started(block))
        elif last is not None and not last.teaser and not block.level:
            last.teaser = clean_teaser(block.text)
            last.url = last.url or block.url
        elif last is not None and last.url is None and block.url:
            last.url = block.url
    return _without_tail(stories, sure=told_by in ("heading", "link"))


def _says_something(block: Block) -> bool:
    if heading_zone(block) is not None or whole_label(block.text) is not None:
        return False
    if block.kind is Kind.CAPTION or is_interface(block.text) or _META.match(block.text):
        return False
    if re.fullmatch(rf"(?:{_MORE})\W{{0,3}}", block.text, re.IGNORECASE):
        return False
    return not (block.byline and is_dateline(block.text))


def _titles_told_by(told: Sequence[Block]) -> str:
    """What tells titles from teasers here: "heading", "link", "item", or only their "shape"."""
    if any(block.level and block.kind is Kind.HEADING for block in told):
        return "heading"
    if any(block.linked > 0.6 for block in told):
        return "link"
    return "item" if told and told[0].kind is Kind.ITEM else "shape"


def _is_title(block: Block, last: _Story | None, following: Block | None, told_by: str) -> bool:
    if len(block.text) > _LONGEST_TITLE:
        return False
    if told_by == "heading":
        return block.kind is Kind.HEADING and block.level > 0
    if told_by == "link":
        repeated = last is not None and block.url is not None and block.url == last.url
        return block.url is not None and (block.linked > 0.6 or _splits(block)) and not repeated
    if block.kind is Kind.ITEM:
        return told_by == "item"
    if _reads_as_teaser(block.text) or (block.kind is Kind.PARAGRAPH and last and not last.teaser):
        return False
    if last is None or last.teaser or following is None:
        return block.kind is Kind.HEADING or (following is not None and last is None)
    return block.kind is Kind.HEADING and not ends_sentence(block.text)


def _splits(block: Block) -> bool:
    """An item whose link is the title and whose rest is the teaser."""
    return block.kind is Kind.ITEM and 0.1 < block.linked <= 0.6


def _reads_as_teaser(text: str) -> bool:
    return bool(_ENDINGS.search(text, max(0, len(text) - 60))) or without_label(text) != text


def _started(block: Block) -> _Story:
    """A story from the block of its title; an item may hold its teaser too."""
    text = block.text
    if _splits(block):
        letters = round(block.linked * len(text))
        parted = re.split(r"\s[–—-]\s|:\s|\.\s", text, maxsplit=1)
        if len(parted) == 2 and abs(len(parted[0]) - letters) <= 6:
            return _Story(parted[0], block.url, clean_teaser(parted[1]))
        title, teaser = text[:letters].strip(" –—-:"), text[letters:].strip(" –—-:")
        return _Story(title, block.url, clean_teaser(teaser))
    return _Story(without_label(text), block.url)


def _without_tail(stories: list[_Story], *, sure: bool) -> list[_Story]:
    """Where most stories have teasers, short lines behind the last one are the page's footer."""
    told = [at for at, story in enumerate(stories) if story.teaser]
    if sure or len(told) * 2 < len(stories):
        return [one for one in stories if sure or width(one.title) >= 15]
    return stories[: told[-1] + 1] if told else stories


def _inline(page: Page) -> list[_Story]:
    """Links amid the story that say "Read also: …"."""
    return [
        _Story(title, block.url)
        for at, block in enumerate(page.blocks)
        if block.zone in STORY and block.kind is not Kind.ITEM and at != page.title_at
        if block.level != 1 and (title := read_also(block.text))
    ]


def _distinct(
    stories: Sequence[_Story], own_title: str, base: str | None
) -> tuple[RelatedLink, ...]:
    found: dict[str, RelatedLink] = {}
    for story in stories:
        words = plain(story.title)
        if not words or words == plain(own_title):
            continue
        link = RelatedLink(story.title, absolute(base, story.url), story.teaser)
        if words not in found or (link.teaser and not found[words].teaser):
            found[words] = link
    return tuple(found.values())[:MAX_RELATED]
