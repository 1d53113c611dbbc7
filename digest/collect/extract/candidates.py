"""Which runs of blocks might be key points: lists, lines, and paragraphs behind a label."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from digest.collect.extract.blocks import Block, Kind, Zone, strip_marker, width
from digest.collect.extract.labels import Label, leading_label, whole_label
from digest.collect.extract.page import Page
from digest.collect.extract.sections import is_interface

_MOST_PARAGRAPHS = 8
_MOST_RUNS = 300
_SIGN = re.compile(r"\s[•‣▪]\s(?=\S)")  # between points whose lines ran together
_LONGEST_POINT = 420  # in Latin letters; what is longer is a paragraph of the body


@dataclass(frozen=True, slots=True)
class Run:
    """Blocks that might be key points, and what announces them."""

    at: tuple[int, ...]  # indexes of its blocks
    bullets: tuple[str, ...]  # their texts, without bullet and label
    label: Label | None = None
    label_at: int = -1  # index of the label's block; the first block's own where glued
    is_list: bool = True
    bounded: bool = True  # where it is paragraphs: whether something ends them


def find_runs(page: Page) -> list[Run]:
    """The first ``_MOST_RUNS`` runs of the page, in order; each block is in one run at most."""
    runs: list[Run] = []
    at = 0
    while at < len(page.blocks) and len(runs) < _MOST_RUNS:
        run, after = _run_at(page, at) if at != page.title_at else (None, at + 1)
        if run is not None:
            runs.append(run)
        at = after
    return runs


def _run_at(page: Page, at: int) -> tuple[Run | None, int]:
    """The run that begins at a block, if any, and the block to go on from."""
    block = page.blocks[at]
    run: Run | None = None
    if block.kind is Kind.ITEM:
        items = list(_items(page, at))
        if _label_before(page, at)[0] is not None:
            items += _continued(page, items)
        return _list_run(page, items), items[-1] + 1
    label = whole_label(block.text)
    if label is not None:
        run = _after_label(page, at, label)
    elif block.kind is Kind.PARAGRAPH or (block.kind is Kind.HEADING and not block.level):
        glued = leading_label(block.text)
        run = _glued_run(page, at, glued) if glued is not None else None
    return run, (run.at[-1] if run else at) + 1


def _list_run(page: Page, items: list[int]) -> Run | None:
    texts = [page.blocks[index].text for index in items]
    own = whole_label(texts[0])
    if own is not None and len(items) > 1:
        return _run(page, items[1:], own, items[0])
    glued = leading_label(texts[0])
    if glued is not None and glued.rest:
        return _run(page, items, glued, items[0], first=glued.rest)
    label, label_at = _label_before(page, items[0])
    return _run(page, items, label, label_at)


def _items(page: Page, at: int) -> Iterator[int]:
    """The items of one list from ``at`` on; without a list element, neighbours in one box."""
    first = page.blocks[at]
    while at < len(page.blocks):
        block = page.blocks[at]
        same = block.group == first.group and (
            first.group or _box(page, block) == _box(page, first)
        )
        if block.kind is not Kind.ITEM or not same:
            return
        yield at
        at += 1


def _continued(page: Page, items: list[int]) -> list[int]:
    """The items of lists right behind this one that stand beside it: two columns of one box."""
    found: list[int] = []
    beside = _around_list(page, page.blocks[items[0]])
    at = items[-1] + 1
    while beside >= 0 and at < len(page.blocks):
        block = page.blocks[at]
        if block.kind is not Kind.ITEM or block.linked > 0.6 or not block.group:
            break
        if _around_list(page, block) != beside:
            break
        found += _items(page, at)
        at = found[-1] + 1
    return found


def _around_list(page: Page, block: Block) -> int:
    """The element that the block's list stands in; -1 where there is none."""
    at = block.container if page.containers else -1
    while at >= 0 and page.containers[at].tag not in ("ul", "ol"):
        at = page.containers[at].parent
    return page.containers[at].parent if at >= 0 else -1


def _box(page: Page, block: Block) -> int:
    """The element around a line, that of its own left out."""
    if not page.containers:
        return 0
    own = page.containers[block.container]
    return own.parent if own.end - own.first == 1 else block.container


def _after_label(page: Page, at: int, label: Label) -> Run | None:
    """The paragraphs or lines behind a label; a list there is a run of its own, but for one line
    between ("Five minutes to read")."""
    first = at + 1
    if first >= len(page.blocks) or page.blocks[first].kind is Kind.ITEM:
        return None
    found, bounded = _paragraphs(page, first)
    if not found:
        return None
    return _run(page, found, label, at, is_list=False, bounded=bounded)


def _glued_run(page: Page, at: int, label: Label) -> Run | None:
    """A block that begins with a label, with the lines or items that go on from it."""
    block = page.blocks[at]
    more: list[int] = []
    following = at + 1
    if following < len(page.blocks) and page.blocks[following].kind is Kind.ITEM:
        more = list(_items(page, following))
    else:
        more = _tight(page, following)
    if width(block.text) > _LONGEST_POINT and not more:
        return None
    return _run(page, [at, *more], label, at, is_list=bool(more), first=label.rest)


def _tight(page: Page, at: int) -> list[int]:
    """The lines from ``at`` on that follow without a gap."""
    found: list[int] = []
    while at < len(page.blocks) and page.blocks[at].tight and len(found) < _MOST_PARAGRAPHS:
        if width(page.blocks[at].text) > _LONGEST_POINT:
            break
        found.append(at)
        at += 1
    return found


def _paragraphs(page: Page, first: int) -> tuple[list[int], bool]:
    """Paragraphs from ``first`` on that may be points, and whether something ends them: the end
    of their element, a heading, lines set without a gap, or a paragraph clearly longer."""
    blocks = page.blocks
    found: list[int] = []
    box = _box(page, blocks[first])
    for at in range(first, min(len(blocks), first + _MOST_PARAGRAPHS + 1)):
        block = blocks[at]
        if _box(page, block) != box or block.zone is not blocks[first].zone:
            return found, bool(found)
        if block.kind is Kind.ITEM or (block.kind is Kind.HEADING and block.level):
            return found, bool(found)
        if is_interface(block.text) or block.kind is Kind.CAPTION:
            return found, bool(found)
        if found and blocks[found[0]].tight and not block.tight:
            return found, True
        if found and len(found) > 1 and blocks[found[1]].tight and not block.tight:
            return found, True
        mean = sum(width(blocks[one].text) for one in found) / max(1, len(found))
        if width(block.text) > _LONGEST_POINT or (found and width(block.text) > 1.6 * mean + 20):
            return found, bool(found)
        found.append(at)
    return found, len(found) <= _MOST_PARAGRAPHS and found[-1] + 1 >= len(blocks) and bool(box)


def _label_before(page: Page, at: int) -> tuple[Label | None, int]:
    """The label right above a list; one short line may stand between."""
    zone = page.blocks[at].zone
    for back in (at - 1, at - 2):
        if back < 0 or page.blocks[back].zone is not zone or back == page.title_at:
            break
        block = page.blocks[back]
        label = whole_label(block.text)
        if label is not None:
            return label, back
        if block.kind is Kind.ITEM or width(block.text) > 60 or block.level:
            break
    return None, -1


def _run(
    page: Page,
    at: list[int],
    label: Label | None,
    label_at: int,
    *,
    is_list: bool = True,
    bounded: bool = True,
    first: str | None = None,
) -> Run | None:
    """The run with its bullets; controls among the items ("Share") are left out."""
    kept: list[int] = []
    bullets: list[str] = []
    for index in at:
        text = page.blocks[index].text
        if first is not None and index == at[0]:
            text = first
        text = strip_marker(text)[0]
        if text and not (is_interface(text) and len(at) > 1):
            kept.append(index)
            bullets += _SIGN.split(text, 40)
    if not kept:
        return None
    return Run(tuple(kept), tuple(bullets), label, label_at, is_list, bounded)


def in_zone(page: Page, run: Run) -> Zone:
    """The zone that the run begins in."""
    return page.blocks[run.at[0]].zone
