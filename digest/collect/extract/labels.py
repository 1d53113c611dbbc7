"""How the words above key points are recognised: alone, before a bullet, or glued to one.

The words themselves are in ``label_words.py``.
"""

import re
from dataclasses import dataclass

from digest.collect.extract.blocks import plain
from digest.collect.extract.label_words import LABELS, Strength


@dataclass(frozen=True, slots=True)
class Label:
    """A label that was found: its words, strength, and what stood behind it in the same block."""

    words: str
    strength: Strength
    rest: str = ""


_BY_WORDS = {plain(printed): strength for printed, strength, _ in LABELS}
_LONGEST = max(map(len, _BY_WORDS)) + 8
_BEGINS = re.compile(
    "|".join(re.escape(one) for one in sorted(_BY_WORDS, key=len, reverse=True)), re.UNICODE
)
_LEAD = re.compile(
    r"^(?:(?:the|our|your|today's|here are|here's|\d{1,2}|two|three|four|five|six|seven|"
    r"die|drei|fünf|les|los|las|os|i|de|deze) ){1,2}"
)
_TAIL = re.compile(
    r"(?: (?:from|of|in|about|on|for|zu|aus|de|du|sobre|over|van)(?: \S{1,24}){1,8}| today| now"
    r"| \(?bluf\)?| \(?tl;?dr\)?)$"
)
_SEPARATOR = re.compile(r"\s*(?:[:：|]|[–—-](?=\s)|\s[–—-])\s*|\s*[.。]\s+")


def whole_label(text: str) -> Label | None:
    """The label that ``text`` is, decorations aside ("5 KEY TAKEAWAYS from today:")."""
    if len(text) > 90:
        return None
    words = plain(text)
    if strength := _BY_WORDS.get(words):
        return Label(words, strength)
    shorter = _LEAD.sub("", words)
    if strength := _BY_WORDS.get(shorter):
        return Label(shorter, strength)
    shortest = _TAIL.sub("", shorter)
    strength = _BY_WORDS.get(shortest)
    # "What to know about the ferry" is a label still, but may as well head a part of the body.
    return (
        Label(shortest, Strength.FAIR if strength > Strength.WEAK else strength)
        if (strength)
        else None
    )


def leading_label(text: str) -> Label | None:
    """The label that ``text`` begins with, and the rest: parted by a sign ("BLUF: The …"), or
    glued ("Bottom Line up FrontThe …"); a strong one also by a space alone."""
    found = _BEGINS.match(plain(text[:_LONGEST]))
    if found is None:
        return None
    for words in _prefixes(found[0]):
        label = _cut(text, words)
        if label is not None:
            return label
    return None


def without_label(text: str) -> str:
    """``text`` without a label that it begins with, and without the bullet behind that."""
    label = leading_label(text)
    return label.rest if label else text


def _prefixes(longest: str) -> list[str]:
    """The longest label and the shorter ones that it begins with."""
    shorter = [one for one in _BY_WORDS if longest.startswith(one) and one != longest]
    return [longest, *sorted(shorter, key=len, reverse=True)]


def _cut(text: str, words: str) -> Label | None:
    """The label ``words`` cut off ``text`` where the cut is a fair one."""
    strength = _BY_WORDS[words]
    for at in range(max(1, len(words) - 4), min(len(text), len(words) + 12)):
        if plain(text[:at]) == words and not text[at - 1].isspace():
            rest = _rest(text, at, strength)
            if rest:
                return Label(words, strength, rest)
    return None


def _rest(text: str, at: int, strength: Strength) -> str:
    """What is behind the cut, or "" where the words just go on."""
    separator = _SEPARATOR.match(text, at)
    if separator is not None:
        return text[separator.end() :].strip()
    rest = text[at:]
    if rest[0].isspace():
        rest = rest.lstrip()
        return rest if strength is Strength.STRONG and _starts_sentence(rest) else ""
    return rest if _glued(text[:at], rest) else ""


def _starts_sentence(rest: str) -> bool:
    """Whether this begins as a sentence does; never sure in scripts without capitals."""
    return (rest[:1].isupper() or rest[:1] in "\"“‘'«„•▪1") and len(rest) > 40


def _glued(label: str, rest: str) -> bool:
    """Whether ``rest`` begins a sentence that lost the space before it ("FrontIran's")."""
    if not rest[0].isalnum():
        return rest[0] in '"“‘«„(•▪・-*①'
    if rest[0].isdigit():
        return True
    if label.isupper() and rest[0].isupper():
        return rest[1:2].islower() or rest[1:2] in " '’"
    if rest[0].isupper():
        return True
    return not rest[0].islower() and len(label) >= 4  # a script without case
