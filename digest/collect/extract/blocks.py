"""The common form of a page: a sequence of typed blocks, the same from HTML and from text."""

import html
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

MAX_BLOCKS = 3_000  # a long read has 300; what comes after is not read
MAX_TEXT = 50_000  # characters of one block; the rest is cut off


class Kind(StrEnum):
    """What a block is by its form."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"  # of a list, or a line that begins with a bullet
    CAPTION = "caption"


class Zone(StrEnum):
    """The part of a page that a block stands in; only MAIN holds the story itself."""

    MAIN = "main"
    ASIDE = "aside"  # a box beside the story: key points may stand there, the body does not
    MENU = "menu"
    FOOTER = "footer"
    SIDEBAR = "sidebar"
    SHARE = "share links"
    CONTENTS = "table of contents"
    COOKIE = "cookie notice"
    NEWSLETTER = "newsletter box"
    COMMENTS = "comments"
    PROMO = "promotion"
    BIO = "author's bio"
    RELATED = "related stories"


STORY = (Zone.MAIN, Zone.ASIDE)


@dataclass(frozen=True, slots=True)
class Block:
    """One heading, paragraph, list item or caption; ``text`` is plain, with white space folded."""

    kind: Kind
    text: str
    level: int = 0  # of a heading: 1 to 6; 0 where a short line was only taken for one
    zone: Zone = Zone.MAIN
    group: int = 0  # the list that it belongs to; 0 for none
    numbered: bool = False
    url: str | None = None  # of the longest link in it, as written
    linked: float = 0.0  # the share of its characters that are links, 0 to 1
    named: bool = False  # a class or label of an element around it names key points
    tight: bool = False  # no blank line or element boundary between it and the block before
    container: int = 0  # which element it stands in; 0 where there are none
    byline: bool = False  # marked up as author or date

    @property
    def is_prose(self) -> bool:
        """Long enough and ended like a sentence, and not a link."""
        return (
            self.kind is Kind.PARAGRAPH
            and self.linked < 0.6
            and (width(self.text) >= 120 or (width(self.text) >= 60 and ends_sentence(self.text)))
        )


@dataclass(frozen=True, slots=True)
class Container:
    """An element: the blocks ``first`` (inclusive) to ``end`` (exclusive) stand in it."""

    parent: int
    tag: str
    first: int
    end: int
    holds_article: bool = False  # its tag or item property says that it is the story


_SPACE = re.compile(r"[\s\u200b\u2060\ufeff]+")
# Controls (C0 and C1), soft hyphens, and what turns the direction of text (Unicode TR 36, 3.3).
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200e\u200f\u202a-\u202e\u2061-\u2069"
    "\ufff9-\ufffb\ufffe\uffff]"
)
_SENTENCE_END = re.compile(r"[.!?。！？؟…](?:[\"'”’»)\]」』]|\[\d{1,3}\]){0,3}$")
_MARKER = re.compile(
    r"(?:(?P<bullet>[•‣▪●◦■□∙⁃►▶➤✓✔★☛・·])\s*|(?P<picture>[☀-➿🌀-🫿]\ufe0f?)\s+|(?P<dash>[-*–—+»→])\s+"
    r"|(?P<number>\(?\d{1,2}[.)]|[①-⑳])\s*(?=\D))"
)
_QUOTES = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "“": '"', "”": '"', "ı": "i"}
)
_IDEOGRAPHS = re.compile("[\u3040-\u9fff]")
_WORD = re.compile(r"\w+")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def fold(text: str) -> str:
    """Plain text on one line: entities decoded, controls gone, white space folded; at most
    ``MAX_TEXT`` characters."""
    if "&" in text:
        text = html.unescape(text[: MAX_TEXT * 2])
    return _SPACE.sub(" ", _CONTROL.sub("", text[: MAX_TEXT * 2])).strip()[:MAX_TEXT].rstrip()


def plain(text: str) -> str:
    """The first 500 characters of ``text`` for comparison: no case, no accents, straight quotes,
    no signs at the ends."""
    return _plain(text[:500])


@lru_cache(maxsize=8192)
def _plain(text: str) -> str:
    return _EDGES.sub("", _bare(text))


def _bare(text: str) -> str:
    bare = text.translate(_QUOTES)
    if not bare.isascii():  # most paragraphs are, and this is the bulk of all work
        letters = unicodedata.normalize("NFKD", bare)
        bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _SPACE.sub(" ", bare.casefold())


def strip_marker(text: str) -> tuple[str, bool, bool]:
    """``text`` without the bullet or number that it begins with; whether there was one; whether
    it was a number."""
    found = _MARKER.match(text)
    if found is None or found.end() == len(text):
        return text, False, False
    return text[found.end() :], True, found["number"] is not None


def ends_sentence(text: str) -> bool:
    """Whether ``text`` ends as sentences do, quotes and brackets after it included."""
    return _SENTENCE_END.search(text[-6:]) is not None


def width(text: str) -> int:
    """The length of ``text`` in Latin letters: a Chinese or Japanese character says about two."""
    return len(text) if text.isascii() else len(text) + len(_IDEOGRAPHS.findall(text))


def words(text: str) -> list[str]:
    """The words of the first 3,000 characters of ``text``; each pair of characters where a script
    writes no spaces."""
    bare = _bare(text[:3000])
    if not _IDEOGRAPHS.search(bare):
        return _WORD.findall(bare)
    bare = "".join(_WORD.findall(bare))
    return [bare[at : at + 2] for at in range(0, len(bare), 2)]
