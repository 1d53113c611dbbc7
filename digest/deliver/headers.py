"""Header fields as octets: nothing that a person typed can end a line or start another field.

The ``email`` package is not used here: its policies turn long List-Unsubscribe URLs into
encoded-words (cpython #85725), which breaks one-click unsubscribing.
"""

import re
from datetime import datetime
from email.charset import QP, Charset
from email.header import Header
from email.utils import format_datetime

from digest.domain.errors import Illegal

MAX_LINE = 998  # RFC 5322, section 2.1.1, without CRLF
_FOLD_AT = 76

_UTF8 = Charset("utf-8")
_UTF8.header_encoding = QP

# All that some mail software takes for the end of a line, and other control characters.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")  # RFC 5322, section 3.2.3


def unstructured(name: str, value: str) -> bytes:
    """A field of free text such as Subject, encoded (RFC 2047) where it has to be, and folded."""
    text = _one_line(value)
    room = _FOLD_AT - len(name) - 2
    if text.isascii() and len(text) <= room and "=?" not in text:
        return _field(name, text)
    return _field(name, Header(text, _UTF8, _FOLD_AT, name).encode(linesep="\r\n"))


def mailbox(name: str, display: str, address: str) -> bytes:
    """A field with one mailbox, such as From: ``"Display" <address>``."""
    plain = _one_line(address)
    if plain != address or not plain.isascii() or re.search(r"[\s<>,;]", plain):
        raise Illegal(f"{address!r} can't stand in the {name} field: it is no plain address.")
    phrase = _phrase(name, display)
    if not phrase:
        return _field(name, plain)
    line = f"{name}: {phrase} <{plain}>"
    gap = " " if len(line) <= _FOLD_AT and "\n" not in phrase else "\r\n "
    return _field(name, f"{phrase}{gap}<{plain}>")


def list_id(display: str, identifier: str) -> bytes:
    """RFC 2919: a phrase for people, an identifier for filters."""
    return _field("List-Id", f"{_phrase('List-Id', display)}\r\n <{_token(identifier)}>".lstrip())


def raw(name: str, value: str) -> bytes:
    """A field that is ASCII by its nature and must not be folded or encoded."""
    return _field(name, _token(value))


def date(moment: datetime) -> bytes:
    """The Date field's value (RFC 5322, section 3.3), in UTC."""
    return format_datetime(moment).encode()


def _phrase(name: str, display: str) -> str:
    text = _one_line(display)
    if not text.isascii() or len(text) > _FOLD_AT - len(name) - 4 or "=?" in text:
        return Header(text, _UTF8, _FOLD_AT, name).encode(linesep="\r\n")
    if _ATOMS.fullmatch(text):
        return text
    return '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'


def _one_line(value: str) -> str:
    """``value`` with every run of control characters as one space."""
    return _CONTROL.sub(" ", value).strip()


def _token(value: str) -> str:
    if not value.isascii() or _CONTROL.search(value) or len(value) > MAX_LINE - 80:
        raise Illegal(f"{value[:80]!r} can't stand in a header field.")
    return value


def _field(name: str, value: str) -> bytes:
    return f"{name}: {value}\r\n".encode("ascii")
