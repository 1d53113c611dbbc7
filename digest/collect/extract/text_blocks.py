"""From a page captured as text, or Markdown, to blocks."""

import re
from dataclasses import dataclass, replace

from digest.collect.extract.blocks import (
    MAX_BLOCKS,
    MAX_TEXT,
    Block,
    Kind,
    ends_sentence,
    fold,
    strip_marker,
    width,
)
from digest.collect.extract.labels import whole_label

MAX_LINES = 40_000
_IMAGE = re.compile(r"!\[([^\[\]]{0,300})\]\([^()\s]{1,2000}(?:\s\"[^\"]{0,300}\")?\)")
_LINK = re.compile(r"\[([^\[\]]{1,500})\]\(([^()\s]{1,2000})(?:\s\"[^\"]{0,300}\")?\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)([^*_]{1,2000})\1")
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=\S)([^*_]{1,2000}?)\1(?![\w*])")
_HASHES = re.compile(r"(#{1,6})\s+(?=\S)")
_RULE = re.compile(r"(?:[-=*_~]\s?){3,200}$")
_QUOTE = re.compile(r"(?:>\s?){1,5}")
_LONGEST_TITLE = 140


@dataclass(slots=True)
class _Line:
    """One line, or several that were one before a program wrapped them."""

    text: str
    tight: bool  # no blank line before it
    indent: int = 0
    level: int = 0


def blocks_of(text: str) -> list[Block]:
    """The blocks of a text in order, at most ``MAX_BLOCKS``; zones are all MAIN."""
    lines = text.split("\n", MAX_LINES)[:MAX_LINES]
    found = [
        block
        for line in _joined(_lines(lines), _wrapped_at(lines))[:MAX_BLOCKS]
        if (block := _block(line))
    ]
    return _grouped(found)


def _lines(lines: list[str]) -> list[_Line]:
    """Lines that say something; underlines of headings become their level."""
    found: list[_Line] = []
    blank = True
    for raw in lines:
        bare = raw.strip()
        if not bare or _RULE.match(bare[:400]):
            if bare and found and not blank and bare[0] in "=-" and len(found[-1].text) < 200:
                found[-1].level = 1 if bare[0] == "=" else 2
            blank = True
            continue
        quote = _QUOTE.match(bare)
        if quote:
            bare = bare[quote.end() :]
        indent = len(raw) - len(raw.lstrip())
        found.append(_Line(bare, tight=not blank, indent=indent))
        blank = False
    return found


def _wrapped_at(lines: list[str]) -> int:
    """The width at which the lines of the document were wrapped; 0 where they were not."""
    lengths = [len(line.rstrip()) for line in lines]
    long = [length for length in lengths if length >= 50]
    within = [length for length in long if length <= 100]
    if len(long) < 4 or len(within) < 0.95 * len(long):
        return 0
    return max(within)


def _joined(lines: list[_Line], wrapped_at: int) -> list[_Line]:
    """Lines with the wrapping undone: the first word of the next one would not have fitted."""
    if not wrapped_at:
        return lines
    found: list[_Line] = []
    last = ""
    for line in lines:
        first = line.text.split(" ", 1)[0]
        full = len(last) + 1 + len(first) > wrapped_at - 2
        if found and line.tight and full and not found[-1].level and not _begins(line.text):
            found[-1].text += f" {line.text}"
        else:
            found.append(line)
        last = " " * line.indent + line.text
    return found


def _begins(text: str) -> bool:
    """Whether a line begins something of its own."""
    return strip_marker(text)[1] or text.startswith("#") or whole_label(text) is not None


def _block(line: _Line) -> Block | None:
    raw = line.text
    level = line.level
    if hashes := _HASHES.match(raw):
        level, raw = len(hashes[1]), raw[hashes.end() :].rstrip("# ")
    raw, marked, numbered = strip_marker(raw[: 2 * MAX_TEXT])
    raw, url, letters = _unmarked(raw)
    text = fold(raw)
    if not text:
        return None
    kind = Kind.ITEM if marked and not level else _kind(text, level)
    share = min(1.0, letters / len(text))
    return Block(
        kind, text, level=level, numbered=numbered, url=url, linked=share, tight=line.tight
    )


def _kind(text: str, level: int) -> Kind:
    if level:
        return Kind.HEADING
    if width(text) <= _LONGEST_TITLE and (not ends_sentence(text) or text.endswith(("?", "؟"))):
        return Kind.HEADING
    return Kind.PARAGRAPH


def _unmarked(raw: str) -> tuple[str, str | None, int]:
    """``raw`` without Markdown's signs; the address of its first link; characters in links."""
    if "[" in raw:
        raw = _IMAGE.sub("", raw)
        found = _LINK.findall(raw)
        raw = _LINK.sub(r"\1", raw)
    else:
        found = []
    if "*" in raw or "_" in raw:
        raw = _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", raw))
    return raw, found[0][1] if found else None, sum(len(words) for words, _ in found)


def _grouped(blocks: list[Block]) -> list[Block]:
    """Gives each run of items a group of its own; a blank line parts runs that have none within."""
    found: list[Block] = []
    group = 0
    inner_tight: bool | None = None  # whether the present run is set without blank lines
    for at, block in enumerate(blocks):
        if block.kind is not Kind.ITEM:
            found.append(block)
            continue
        follows = at > 0 and blocks[at - 1].kind is Kind.ITEM
        if follows and inner_tight is None:
            inner_tight = block.tight
        if not follows or (inner_tight and not block.tight):
            group += 1
            inner_tight = None
        found.append(replace(block, group=group))
    return found
