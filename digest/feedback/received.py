"""What a mail that came back says, and all in it that may tell whose it is."""

import re
from collections.abc import Iterable
from hashlib import sha256

from digest.domain.feedback import Received
from digest.feedback.addresses import addresses_in
from digest.feedback.mime import MOST_BYTES, Headers
from digest.feedback.parse import Report, parse

# The envelope's recipient, as mail servers note it, and what reports say of the original's.
_ENVELOPE_FIELDS = ("x-envelope-to", "envelope-to", "x-original-to", "delivered-to", "to", "cc")
_RETURN_PATH = re.compile(rb"(?<![\w+.-])b\+[a-z2-7]{42}(?=@)", re.IGNORECASE)
_MESSAGE_ID = re.compile(rb"<([0-9a-f]{32})@[\w.-]+>")
_MOST = 20


def receive_mail(data: bytes, *, recipients: tuple[str, ...] = ()) -> Received:
    """Read a mail; ``recipients`` are the envelope's, where the channel knows them."""
    report = parse(data)
    head = data[:MOST_BYTES]
    return Received(
        channel="mail",
        key=sha256(data).hexdigest(),
        raw=data,
        findings=report.findings,
        return_paths=_return_paths(report.headers, recipients, head),
        message_keys=_distinct(one.decode() for one in _MESSAGE_ID.findall(head)),
        sent_to=_sent_to(report),
    )


def return_paths_in(*texts: str) -> tuple[str, ...]:
    """The local parts in ``texts`` that look like return paths of ours."""
    found = (one for text in texts for one in _RETURN_PATH.findall(text.encode()))
    return _distinct(one.decode().lower() for one in found)


def message_keys_in(*texts: str) -> tuple[str, ...]:
    """The keys of Message-IDs in ``texts`` that look like ours."""
    found = (one for text in texts for one in _MESSAGE_ID.findall(text.encode()))
    return _distinct(one.decode() for one in found)


def _return_paths(headers: Headers, recipients: tuple[str, ...], head: bytes) -> tuple[str, ...]:
    noted = (value for name in _ENVELOPE_FIELDS for value in headers.all(name))
    first = return_paths_in(*recipients, *noted)
    rest = (one.decode().lower() for one in _RETURN_PATH.findall(head))
    return _distinct((*first, *rest))


def _sent_to(report: Report) -> tuple[str, ...]:
    if report.returned is None:
        return ()
    return _distinct(addresses_in(report.returned.get("to")[:2_000]))


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))[:_MOST]
