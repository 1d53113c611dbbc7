"""Messages: a rendition is compiled once into segments of bytes; each message is a join.

The bytes of two messages of one rendition differ only in the fields below. Each field that stands
in the body has lines of its own (soft breaks before and after, RFC 2045, section 6.7), so that
its length never makes a line too long. No line begins with a dot, so that nothing has to be stuffed
on the way out.
"""

import re
from binascii import b2a_qp
from collections.abc import Iterable
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


class _Slot(NamedTuple):
    """A place in the body where a field's value goes."""

    name: str
    in_html: bool


_SLOTS = [_Slot(name, in_html) for in_html in (False, True) for name in Field.ALL]


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
        own = [piece for name in _OWN_FIELDS for piece in (name + b": ", None, b"\r\n")]
        shared, body = _shared_fields(rendition, branding, feedback_id), _body(rendition)
        self._parts = _with_gaps([self._before_to, *own, *shared, *body])
        self._order = [_SLOTS.index(one) for one in body if isinstance(one, _Slot)]
        self._prepared: dict[Signer, Preparation] = {}

    def build(self, personal: Personal, signer: Signer | None = None) -> DotFree:
        """The message as it goes out: CRLF line ends, no line over 998 octets or with a dot first.

        The same ``personal`` and ``signer`` give the same bytes.
        """
        own, slots = self._own_values(personal), self._slot_values(personal)
        parts = self._parts.copy()
        parts[1::2] = [*own, *slots]
        if signer is not None:
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

    def _slot_values(self, personal: Personal) -> list[bytes]:
        """What goes into the places of the body, in their order."""
        words = (personal.address, personal.unsubscribe_url, personal.preferences_url)  # Field.ALL
        plain = html = [_field_lines(word) for word in words]
        joined = " ".join(words)
        if escape(joined) != joined:  # seldom: as a rule they are the same in both parts
            html = [_field_lines(escape(word)) for word in words]
        values = plain + html
        return [values[number] for number in self._order]

    def _preparation(self, signer: Signer) -> Preparation:
        """What all messages under one signer share, made once."""
        if signer not in self._prepared:
            # Behind the last of the reader's own fields: the shared ones, an empty line, the body.
            behind_own, *rest = self._parts[2 * len(_OWN_FIELDS) :]
            head, _, start = behind_own.removeprefix(b"\r\n").partition(b"\r\n\r\n")
            body: list[bytes | None] = [start, *rest]
            body[1::2] = [None] * len(self._order)
            shared = self._before_to + head + b"\r\n"
            self._prepared[signer] = signer.prepare(shared, _OWN_FIELDS, body)
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
    return [*segments, b"\r\n"]


def _with_gaps(pieces: Iterable[bytes | _Slot | None]) -> list[bytes]:
    """What all messages share at the even places; at the odd ones gaps, where the reader's own
    goes: what fills a slot, or (None) the value of a header field."""
    parts = [b""]
    for piece in pieces:
        if isinstance(piece, bytes):
            parts[-1] += piece
        else:
            parts += (b"", b"")
    return parts


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
