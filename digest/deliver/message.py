"""Messages: a rendition is compiled once into segments of bytes; each message is a join.

The bytes of two messages of one rendition differ only in the fields below. Each field that stands
in the body has lines of its own (soft breaks before and after, RFC 2045, section 6.7), so that
its length never makes a line too long. No line begins with a dot, so that nothing has to be stuffed
on the way out.
"""

import re
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape
from typing import NamedTuple
from uuid import UUID

from digest.deliver import headers
from digest.deliver.dkim import Preparation, Signer
from digest.deliver.stuffing import DotFree
from digest.domain.edition import Branding, Field, Rendition, placeholder
from digest.domain.states import Stream

_SOFT_BREAK = b"=\r\n"
_LINE_ENDS = re.compile(r"\r\n|\r|\n|\x85|\u2028|\u2029|\x0b|\x0c")
_OWN_FIELDS = (b"To", b"Date", b"Message-ID", b"List-Unsubscribe")  # differ from reader to reader
_FIELD_LINE = 72  # octets of a field's value on one line, before the soft break
_DOT_LINE = re.compile(rb"^\.", re.MULTILINE)
_MOMENTS = 256  # Date fields that are kept: all mails of a window have the same


class Personal(NamedTuple):  # one is made for each message: quicker than a dataclass
    """All that differs between two people's messages of one rendition."""

    address: str
    message_key: UUID
    date: datetime  # of the first try
    unsubscribe_url: str
    preferences_url: str
    leave_address: str | None = None  # a mail to it with the subject "unsubscribe" leaves, too


class _Slot(NamedTuple):  # looked up for each message: quicker than a dataclass
    """A place in the body where a field's value goes."""

    name: str
    in_html: bool


@dataclass(frozen=True, slots=True)
class Origin:
    """The edition that a message is of."""

    edition_id: UUID
    stream: Stream

    def feedback_id(self, branding: Branding) -> str:
        """Gmail's Feedback-ID, by which complaints are counted; nothing in it is the reader's."""
        list_name = branding.list_id.partition(".")[0]
        return f"{self.edition_id.hex}:{list_name}:{self.stream.value}:blufdigest"


class CompiledMessage:
    """A rendition ready to be personalised; ``build`` takes a few microseconds."""

    def __init__(self, rendition: Rendition, branding: Branding, origin: Origin) -> None:
        feedback_id = origin.feedback_id(branding)
        self._domain = branding.from_address.rpartition("@")[2].encode("ascii")
        self._before_to = headers.mailbox("From", branding.from_name, branding.from_address)
        self._shared = b"".join(_shared_fields(rendition, branding, feedback_id))
        self._segments = tuple(_body(rendition))
        self._slots = tuple(one for one in self._segments if not isinstance(one, bytes))
        self._prepared: dict[Signer, Preparation] = {}

    def build(self, personal: Personal, signer: Signer | None = None) -> DotFree:
        """The message as it goes out: CRLF line ends, no line over 998 octets or with a dot first.

        The same ``personal`` and ``signer`` give the same bytes.
        """
        values = self._values(personal)
        own = self._own_values(personal)
        parts = [self._before_to]
        for name, value in zip(_OWN_FIELDS, own, strict=True):
            parts += (name, b": ", value, b"\r\n")
        parts.append(self._shared)
        parts += [
            segment if isinstance(segment, bytes) else values[segment] for segment in self._segments
        ]
        if signer is not None:
            slots = [values[slot] for slot in self._slots]
            parts.insert(0, self._preparation(signer).sign(personal.date, own, slots))
        return DotFree(b"".join(parts))

    def _own_values(self, personal: Personal) -> tuple[bytes, ...]:
        """The values of ``_OWN_FIELDS``."""
        return (
            personal.address.encode(),
            _date(personal.date),
            b"<%b@%b>" % (personal.message_key.hex.encode(), self._domain),
            _ways_to_leave(personal),
        )

    def _values(self, personal: Personal) -> dict[_Slot, bytes]:
        """What goes into the places of the body."""
        plain = {
            Field.ADDRESS: personal.address,
            Field.UNSUBSCRIBE_URL: personal.unsubscribe_url,
            Field.PREFERENCES_URL: personal.preferences_url,
        }
        lines = {value: _field_lines(value) for value in plain.values()}
        values = {}
        for slot in self._slots:
            value = escape(plain[slot.name]) if slot.in_html else plain[slot.name]
            values[slot] = lines.get(value) or _field_lines(value)
        return values

    def _preparation(self, signer: Signer) -> Preparation:
        """What all messages under one signer share, made once."""
        if signer not in self._prepared:
            first, *others = (one if isinstance(one, bytes) else None for one in self._segments)
            assert first is not None  # it holds the Content-Type
            head, _, start = first.partition(b"\r\n\r\n")
            shared = self._before_to + self._shared + head + b"\r\n"
            self._prepared[signer] = signer.prepare(shared, _OWN_FIELDS, (start, *others))
        return self._prepared[signer]


def _ways_to_leave(personal: Personal) -> bytes:
    """The value of List-Unsubscribe (RFC 2369, section 3.2), the best way first."""
    link = f"<{personal.unsubscribe_url}>"
    if personal.leave_address is not None:
        link += f", <mailto:{personal.leave_address}?subject=unsubscribe>"
    return link.encode("ascii")


def _shared_fields(rendition: Rendition, branding: Branding, feedback_id: str) -> list[bytes]:
    return [
        headers.raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        headers.unstructured("Subject", rendition.subject),
        headers.mailbox("Reply-To", "", branding.reply_to),
        headers.list_id(branding.name, branding.list_id),
        headers.raw("Feedback-ID", feedback_id),
        headers.raw("Precedence", "bulk"),
        headers.raw("Auto-Submitted", "auto-generated"),
        headers.raw("X-Auto-Response-Suppress", "All"),
        headers.raw("MIME-Version", "1.0"),
    ]


def _body(rendition: Rendition) -> list[bytes | _Slot]:
    text = _part("plain", rendition.text, rendition.marker, in_html=False)
    if rendition.html is None:
        return text
    html = _part("html", rendition.html, rendition.marker, in_html=True)
    # No line of quoted-printable can be this boundary: "=_" never occurs in it (RFC 2045).
    boundary = f"=_{rendition.checksum[:32]}"
    start = f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'
    mark = f"--{boundary}\r\n".encode()
    return [
        start.encode() + mark,
        *text,
        b"\r\n" + mark,
        *html,
        f"\r\n--{boundary}--\r\n".encode(),
    ]


def _part(kind: str, content: str, marker: str, *, in_html: bool) -> list[bytes | _Slot]:
    """A text part: its header, then encoded text and slots in turns."""
    head = (
        f"Content-Type: text/{kind}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    words = {placeholder(marker, name): name for name in Field.ALL}
    segments: list[bytes | _Slot] = [head.encode()]
    for piece in re.split(f"({'|'.join(words)})", _LINE_ENDS.sub("\n", content)):
        if piece in words:
            segments += [_SOFT_BREAK, _Slot(words[piece], in_html), _SOFT_BREAK]
        elif piece:
            segments.append(_quoted(piece))
    return _merged([*segments, b"\r\n"])


def _merged(segments: list[bytes | _Slot]) -> list[bytes | _Slot]:
    """Neighbouring bytes joined, so that a message has as few pieces as possible."""
    merged: list[bytes | _Slot] = []
    for segment in segments:
        last = merged[-1] if merged else None
        if isinstance(segment, bytes) and isinstance(last, bytes):
            merged[-1] = last + segment
        else:
            merged.append(segment)
    return merged


def _quoted(text: str, *, has_lines: bool = True) -> bytes:
    """Quoted-printable (RFC 2045, section 6.7) with CRLF line ends, and no dot at a line's start:
    each such dot gets a line of its own, with a soft break behind it."""
    encoded = b2a_qp(text.encode(), istext=has_lines)
    while _DOT_LINE.search(encoded):
        encoded = _DOT_LINE.sub(b"=2E=\n", encoded)
    return encoded.replace(b"\n", b"\r\n")


@lru_cache(_MOMENTS)
def _date(moment: datetime) -> bytes:
    return headers.date(moment)


def _field_lines(value: str) -> bytes:
    """A field's value in quoted-printable, broken softly into lines that are short enough."""
    if value.isascii() and "=" not in value:
        encoded = value.encode()
        if len(encoded) > _FIELD_LINE:
            starts = range(0, len(encoded), _FIELD_LINE)
            encoded = _SOFT_BREAK.join([encoded[at : at + _FIELD_LINE] for at in starts])
        if not encoded.startswith(b".") and b"\n." not in encoded:
            return encoded
    return _quoted(value, has_lines=False)
