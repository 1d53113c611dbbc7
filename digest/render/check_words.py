"""What may be wrong with a mail's words: too long, missing, or like those of unwanted mail."""

import re
from collections.abc import Iterator

from digest.domain.edition import Rendition
from digest.domain.shorten import MAX_PREHEADER, MAX_SUBJECT
from digest.render.finding import Finding, note, warning

_LOUD = 0.7  # share of capitals from which on a subject shouts
_LETTERS = 12  # fewer tell nothing: "NATO, EU" is no shouting

# What filters and readers alike have learnt to distrust; in a subject only.
_BAIT = re.compile(
    r"\b(?:act now|click here|100% free|free money|risk[- ]free|you(?:’|')?ve won|winner|"
    r"limited time|order now|no obligation|guaranteed|make money|cash bonus)\b|[$€£]{2,}",
    re.IGNORECASE,
)
_REPLY = re.compile(r"^\s*(?:re|fwd?|aw|wg|tr)\s*:", re.IGNORECASE)


def check_words(rendition: Rendition) -> Iterator[Finding]:
    """Findings on subject and preheader."""
    yield from _lengths(rendition)
    yield from _preheader(rendition)
    yield from _spam(rendition.subject)


def _lengths(rendition: Rendition) -> Iterator[Finding]:
    limits = (
        ("subject", rendition.subject, MAX_SUBJECT),
        ("preheader", rendition.preheader, MAX_PREHEADER),
    )
    for where, text, most in limits:
        if len(text) > most:
            why = f"It has {len(text)} characters; inboxes show about {most}, the rest is cut."
            yield note(where, why, "Say the main thing first, or shorten it.")


def _preheader(rendition: Rendition) -> Iterator[Finding]:
    if not rendition.preheader:
        why = "There is none, so inboxes show the first words of the mail after the subject."
        yield warning("preheader", why, "Write one sentence that goes on from the subject.")
    elif rendition.preheader.casefold() == rendition.subject.casefold():
        why = "It says the same as the subject beside it."
        yield warning("preheader", why, "Write one sentence that goes on from the subject.")


def _spam(subject: str) -> Iterator[Finding]:
    letters = [char for char in subject if char.isalpha()]
    loud = sum(char.isupper() for char in letters)
    if len(letters) >= _LETTERS and loud >= _LOUD * len(letters):
        yield warning("subject", "It is in capitals, as unwanted mail is.", "Write it as a line.")
    if re.search(r"[!?]{2,}|!.*!", subject):
        why = "Its exclamation marks look like those of unwanted mail."
        yield warning("subject", why, "Leave one, or none.")
    if _REPLY.match(subject):
        why = "It begins like a reply, which it isn't; filters and readers take that for a trick."
        yield warning("subject", why, "Take the first word out.")
    bait = _BAIT.search(subject)
    if bait:
        why = f"“{bait[0]}” is a phrase that filters look for."
        yield warning("subject", why, "Say it in other words.")
