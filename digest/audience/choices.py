"""What somebody wants of one list, checked against what the list offers."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from digest.clock import zone
from digest.domain.edition import Variant
from digest.domain.errors import Illegal
from digest.domain.states import Stream
from digest.store.lists import MailingList
from digest.store.subscribers import Subscription

MAX_NAME = 200  # characters

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # the shape of BCP 47


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices that stand on a subscription."""

    stream: Stream = Stream.EACH
    topics: tuple[str, ...] = ()  # empty: everything
    local_hour: int | None = None  # 0 to 23; None: as soon as an edition is ready
    timezone: str | None = None  # None: the subscriber's, else the list's
    language: str = "en"
    text_only: bool = False


def check_choices(choices: Choices, mailing_list: MailingList) -> Choices:
    """``choices`` in the list's own spelling; ``Illegal`` where the list can't meet them."""
    if choices.local_hour is not None and not 0 <= choices.local_hour <= 23:
        raise Illegal(f"{choices.local_hour} is not an hour of the day: give 0 to 23.")
    if choices.timezone is not None:
        zone(choices.timezone)
    if not _LANGUAGE.fullmatch(choices.language):
        raise Illegal(f"{choices.language!r} is not a language; write it as en or de-AT.")
    return replace(choices, topics=_known_topics(choices.topics, mailing_list))


def choices_of(subscription: Subscription) -> Choices:
    """The choices as they stand on the row."""
    variant = subscription.choices
    return Choices(
        stream=subscription.stream,
        topics=variant.topics,
        local_hour=subscription.local_hour,
        timezone=subscription.timezone,
        language=variant.language,
        text_only=variant.text_only,
    )


def write_choices(subscription: Subscription, choices: Choices) -> None:
    """Put checked choices on the row."""
    subscription.stream = choices.stream
    subscription.local_hour = choices.local_hour
    subscription.timezone = choices.timezone
    subscription.choices = Variant(choices.topics, choices.language, choices.text_only)


def check_name(name: str) -> str | None:
    """A person's name as one line of text, None where nothing is left; ``Illegal`` where it is
    too long. Control characters, line breaks among them, can't get into a header this way."""
    if not name.isprintable():
        name = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in name)
    line = " ".join(name.split())
    if len(line) > MAX_NAME:
        raise Illegal(f"The name is too long: {MAX_NAME} characters at most.")
    return line or None


def _known_topics(wanted: Iterable[str], mailing_list: MailingList) -> tuple[str, ...]:
    """Sorted; empty where they are all there are, so that a new section comes too."""
    offered = {section.casefold(): section for section in mailing_list.sections}
    for topic in wanted:
        if topic.casefold() not in offered:
            known = ", ".join(mailing_list.sections) or "none"
            raise Illegal(f"{mailing_list.name} has no topic {topic!r} (its sections: {known}).")
    chosen = {offered[topic.casefold()] for topic in wanted}
    return () if len(chosen) == len(offered) else tuple(sorted(chosen))
