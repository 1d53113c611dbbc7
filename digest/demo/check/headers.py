"""The headers that every digest must carry, as bulk senders' rules have them (2024 and later)."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from digest.domain.address import parse_address
from digest.domain.errors import Illegal

EXACTLY_ONCE = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Reply-To",
)
ONE_CLICK = "List-Unsubscribe=One-Click"  # RFC 8058

_URL_IN_BRACKETS = re.compile(r"<https?://[^<>\s]+>")
_ID_IN_BRACKETS = re.compile(r"<[^<>@\s]+@[^<>@\s]+>")
_LIST_ID = re.compile(r"[^<>]*<[^<>@\s]+\.[^<>@\s]+>")  # RFC 2919


def header_problems(message: bytes, mail: Message, own_address: str) -> Iterator[str]:
    """What is wrong with the headers of ``message``, which ``mail`` is the parse of."""
    raw = _raw_headers(message)
    counts = Counter(name for name, _ in raw)
    for name in EXACTLY_ONCE:
        if counts[name.lower()] != 1:
            yield f"{name} occurs {counts[name.lower()]} times, not once."
    if counts["bcc"]:
        yield "There is a Bcc header."
    if any(not value.isascii() for _, value in raw):
        yield "A header holds octets of 8 bits."
    values = dict(raw)
    yield from _address_problems(mail, own_address)
    yield from _list_problems(values)
    yield from _date_problems(values.get("date", ""))
    if not _ID_IN_BRACKETS.fullmatch(values.get("message-id", "")):
        yield "Message-ID is not of the form <left@right>."
    if not str(mail.get("Subject", "")).strip():
        yield "The subject is empty."


def _raw_headers(message: bytes) -> list[tuple[str, str]]:
    """(lower-case name, unfolded value) as they stand on the wire, nothing decoded."""
    head = message.split(b"\r\n\r\n", 1)[0].decode("latin-1")
    unfolded = re.sub(r"\r\n(?=[ \t])", "", head)
    pairs = (line.partition(":") for line in unfolded.split("\r\n"))
    return [(name.lower(), value.strip()) for name, _, value in pairs]


def _address_problems(mail: Message, own_address: str) -> Iterator[str]:
    if len(_addresses(mail, "From")) != 1:
        yield "From is not one address."
    if not _addresses(mail, "Reply-To"):
        yield "Reply-To holds no address."
    to = _addresses(mail, "To")
    if to != [_key(own_address)]:
        yield f"To is {', '.join(to) or 'empty'}, not {own_address} alone."


def _list_problems(values: dict[str, str]) -> Iterator[str]:
    unsubscribe = values.get("list-unsubscribe", "")
    if "=?" in unsubscribe or not _URL_IN_BRACKETS.search(unsubscribe):
        yield "List-Unsubscribe holds no plain <https://…>."
    if values.get("list-unsubscribe-post") != ONE_CLICK:
        yield f"List-Unsubscribe-Post is not {ONE_CLICK}."
    if not _LIST_ID.fullmatch(values.get("list-id", "")):
        yield "List-Id is not of the form Name <list.domain>."


def _date_problems(text: str) -> Iterator[str]:
    try:
        offset = parsedate_to_datetime(text).utcoffset()
    except ValueError:
        yield "Date is not a date."
        return
    if offset != timedelta(0):
        yield f"Date is not in UTC: {text}."


def _addresses(mail: Message, name: str) -> list[str]:
    values = [str(value) for value in mail.get_all(name, [])]
    return [_key(address) for _, address in getaddresses(values) if address]


def _key(address: str) -> str:
    try:
        return str(parse_address(address))
    except Illegal:
        return address
