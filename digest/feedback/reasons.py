"""What a reply means: its reason by wording, then by status, then by code; its class by reason."""

import re
from enum import StrEnum
from functools import lru_cache

from digest.domain.feedback import DEAD, FeedbackClass, Reason
from digest.feedback.addresses import WIDE
from digest.feedback.formats import AFTER_DATA, AT_RECIPIENT
from digest.feedback.reply_words import REPLY_WORDS
from digest.feedback.status_codes import STATUS_REASONS
from digest.feedback.words import squeezed

LONGEST_REPLY = 600  # characters that are looked at

_ADDRESS = re.compile(rf"<?[^\s<>\"'():;,{WIDE}]{{1,64}}@[\w.-]{{1,255}}>?")
_URL = re.compile(r"\bhttps?://\S+|\bwww\.\S+")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_CODE = re.compile(r"(?<![\d.#-])([245]\d\d)(?![\d.]*\d)(?=[ \t:;,.)\]-]|$)")
_NAMED_BY_AU = re.compile(r"@(?:ezweb\.ne\.jp|au\.com)>: user unknown", re.IGNORECASE)
_OF_DOMAINS = (Reason.NO_MAIL_HERE, Reason.HOST_UNKNOWN)  # DNS may be broken for a while
_COMPILED = tuple(
    (reason, tuple(re.compile(wording) for wording in wordings)) for reason, wordings in REPLY_WORDS
)


def status_in(text: str) -> str | None:
    """The first enhanced status that stands in ``text``, one that says something if there is
    one, and rather what failed than what went well before."""
    found = sorted(_STATUS.findall(text[:LONGEST_REPLY]), key=lambda one: one.startswith("2"))
    telling = [one for one in found if one[1:3] != ".0"]
    return next(iter(telling or found), None)


def code_in(text: str) -> str | None:
    """The SMTP code that stands in ``text``."""
    match = _CODE.search(text[:LONGEST_REPLY])
    return match[1] if match else None


class Stage(StrEnum):
    """Which of our commands a server answered."""

    RECIPIENT = "recipient"
    MESSAGE = "message"
    UNKNOWN = "unknown"


def stage_of(text: str) -> Stage:
    """The stage at which a refusal came, as far as a report tells it."""
    text = text[: 4 * LONGEST_REPLY]
    if AT_RECIPIENT.search(text):
        return Stage.RECIPIENT
    return Stage.MESSAGE if AFTER_DATA.search(text) else Stage.UNKNOWN


def reason_of(reply: str, status: str | None = None, stage: Stage = Stage.UNKNOWN) -> Reason:
    """Why a server refused, from its words first: statuses are often wrong.

    Who is unknown only once the message was sent does exist, or RCPT would have been refused: a
    filter speaks. So it may where a bare 550 comes at an unknown stage, without a status that says
    that the address is bad.
    """
    reason = worded_reason(reply)
    if reason is Reason.UNDEFINED:
        return _by_number(status or status_in(reply), code_in(reply))
    if reason is Reason.USER_UNKNOWN and _may_be_a_filter(reply, status, stage):
        return Reason.FILTERED
    return reason


def _may_be_a_filter(reply: str, status: str | None, stage: Stage) -> bool:
    if stage is not Stage.UNKNOWN:
        return stage is Stage.MESSAGE
    if _NAMED_BY_AU.search(reply):
        return False
    said = status_in(reply) or status or "5.0.0"
    return code_in(reply) == "550" and said[1:4] in (".0.", ".2.")


def class_of(reason: Reason, *, transient: bool = False) -> FeedbackClass:
    """Hard where the address is dead; ``transient`` says that the server may change its mind."""
    if reason in DEAD and not (transient and reason in _OF_DOMAINS):
        return FeedbackClass.HARD
    return FeedbackClass.SOFT


@lru_cache(maxsize=512)
def worded_reason(reply: str) -> Reason:
    """The reason that the wording gives; ``UNDEFINED`` where it gives none."""
    text = _URL.sub(" ", squeezed(reply[: 4 * LONGEST_REPLY]))
    text = _ADDRESS.sub("<@>", text)[:LONGEST_REPLY].lower()
    for reason, wordings in _COMPILED:
        if any(wording.search(text) for wording in wordings):
            return reason
    return Reason.UNDEFINED


def _by_number(status: str | None, code: str | None) -> Reason:
    if status is not None and not status.startswith("2"):
        reason = STATUS_REASONS.get(status.partition(".")[2], Reason.UNDEFINED)
        if reason is Reason.HOST_UNKNOWN and status.startswith("4"):
            return Reason.NETWORK
        return reason
    return Reason.FILTERED if code == "550" else Reason.UNDEFINED
