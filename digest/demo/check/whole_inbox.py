"""All mails of an inbox against the people who were to get one."""

from collections import Counter
from collections.abc import Collection, Sequence
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from digest.demo.check.mail import check_mail
from digest.demo.inbox import Inbox
from digest.demo.people import Person
from digest.domain.address import parse_address


def check_inbox(
    inbox: Inbox, people: Sequence[Person], others: Sequence[Person], pages: Collection[str]
) -> list[str]:
    """The problems of all mails, a sentence each: each of ``people`` gets one, ``others`` may."""
    by_address = {roster_key(person): person for person in (*people, *others)}
    problems: list[str] = []
    for envelope in inbox.envelopes:
        person = by_address[envelope.rcpt_to[0]]
        problems += check_mail(
            inbox.read(envelope),
            envelope,
            own_address=person.address,
            is_text_only=person.text_only,
            roster=list(by_address),
            pages=pages,
        )
    got = Counter(envelope.rcpt_to[0] for envelope in inbox.envelopes)
    problems += [f"{address} got {n} mails." for address, n in got.items() if n > 1]
    return problems + [f"{key} got nothing." for key in map(roster_key, people) if key not in got]


def leave_parts(inbox: Inbox) -> None:
    """Beside each ``.eml`` its parts, to be opened with a double click."""
    for envelope in inbox.envelopes:
        message = message_from_bytes(inbox.read(envelope), policy=default)
        for kind, suffix in (("plain", ".txt"), ("html", ".html")):
            part = message.get_body((kind,))
            if part is not None:
                path: Path = (inbox.folder / envelope.file).with_suffix(suffix)
                path.write_text(part.get_content(), "utf-8")


def roster_key(person: Person) -> str:
    """The address as it stands in an envelope."""
    return str(parse_address(person.address))
