"""Text made short for a subject, a preheader or a teaser; never cut inside a word."""

import re

from digest.assemble.wording import words

MAX_SUBJECT = 60  # characters that most inboxes show
MAX_PREHEADER = 110
MAX_TEASER = 160
MAX_STANDFIRST = 300
_SAME_BEGINNING = 8  # words
_PHRASE = 8  # words, from which on a text without a full stop is no phrase but cut
_ENDS = (".", "!", "?", "…", ":", "”", "“", "»", '"', "'", "’", ")", "。", "！", "？", "」")

_TAIL = re.compile(
    r"(?:\s*(?:\[\s*(?:\.{3}|…)\s*\]|\.{3}|…|\b(?:read|continue|learn)\s+(?:more|reading)\b\W*"
    r"|(?<=[\].…»])\s*more\b\W*))+$",
    re.IGNORECASE,
)
_LOOSE_END = re.compile(r"[\s,;:.!?–—(\[“‘\"'|/-]+$")


def cut(text: str, limit: int) -> str:
    """``text`` on one line in at most ``limit`` characters; what was cut ends with an ellipsis.

    Only a text whose first word is longer than the limit is cut inside a word.
    """
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    room = line[:limit]  # the character after a word, a space, makes way for the ellipsis
    kept = room[: room.rfind(" ")] if " " in room else room[: limit - 1]
    return (_LOOSE_END.sub("", kept) or kept[: limit - 1]) + "…"


def teaser(text: str) -> str:
    """A teaser without "[...] More" at its end, in at most ``MAX_TEASER`` characters; an ellipsis
    says that its source had cut it already."""
    line = " ".join(text.split())
    bare = _TAIL.sub("", line)
    is_cut = bare != line or bare.count(" ") >= _PHRASE
    was_open = is_cut and bool(bare) and not bare.endswith(_ENDS)
    return cut(f"{bare}…" if was_open else bare, MAX_TEASER)


def subject_of(title: str) -> str:
    """The subject that a lead brief suggests: its title, cut where it is long."""
    return cut(title, MAX_SUBJECT)


def preheader_of(bullets: tuple[str, ...], summary: str) -> str:
    """The preheader that a lead brief suggests: its first bullet, else its summary."""
    first = next((bullet for bullet in bullets if bullet.strip()), summary)
    return cut(first, MAX_PREHEADER)


def standfirst(bullets: tuple[str, ...], summary: str) -> str:
    """What may stand between a brief's title and its bullets, in at most ``MAX_STANDFIRST``
    characters; nothing where it says what a bullet says."""
    opening = _beginning(summary)
    if any(opening == _beginning(bullet) for bullet in bullets):
        return ""
    return cut(summary, MAX_STANDFIRST)


def _beginning(text: str) -> tuple[str, ...]:
    return words(text)[:_SAME_BEGINNING]
