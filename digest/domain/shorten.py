"""Text made short, never inside a word where that can be helped, and never inside a character."""

import re
import unicodedata

MAX_SUBJECT = 60  # characters that most inboxes show
MAX_PREHEADER = 110

_LOOSE_END = re.compile(r"[\s,;:.!?–—(\[“‘\"'|/-]+$")
_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)


def cut(text: str, limit: int) -> str:
    """``text`` on one line in at most ``limit`` characters; what was cut ends with an ellipsis.

    Only a text whose first word is longer than the limit is cut inside a word, and then not between
    a letter and its marks or inside a joined emoji.
    """
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    room = line[:limit]  # the character after a word, a space, makes way for the ellipsis
    kept = room[: room.rfind(" ")] if " " in room else _whole(line, limit - 1)
    return (_LOOSE_END.sub("", kept) or kept) + "…"


def _whole(text: str, end: int) -> str:
    """The beginning of ``text``, at most ``end`` characters, that ends where a person would say
    that a character ends (a short form of Unicode Annex 29)."""
    at = end
    while at > 0 and (_goes_on(text[at]) or text[at - 1] == _JOINER):
        at -= 1
    return text[: at or end]


def _goes_on(char: str) -> bool:
    if char == _JOINER or ord(char) in _SKIN_TONES:
        return True
    return unicodedata.category(char).startswith("M")
