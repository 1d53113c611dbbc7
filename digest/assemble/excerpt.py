"""Text made short for a subject, a preheader or a teaser; never cut inside a word."""

import re

from digest.assemble.wording import words
from digest.domain.shorten import MAX_PREHEADER, MAX_SUBJECT, cut

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
