"""A mail as headers and leaf parts: a bounded reader that takes whatever bytes come.

The standard library's parser is exact but unbounded in depth and memory; this one looks at the
first ``MOST_BYTES`` of a mail, ``MOST_PARTS`` parts and ``DEEPEST`` levels, and never raises.
"""

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from digest.feedback.words import decode_words, plain_text, text_of

MOST_BYTES = 2_000_000
MOST_PARTS = 64
DEEPEST = 8
MOST_HEADER_LINES = 2_000

_FIELD = re.compile(r"([!-9;-~]{1,100})[ \t]*:[ \t]*(.*)", re.DOTALL)
_PARAMETER = re.compile(r";\s*([\w*-]{1,40})\s*=\s*(?:\"([^\"]*)\"|([^;\s]*))")


class Headers:
    """A header section; names are looked up without regard to case."""

    def __init__(self, lines: list[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in lines:
            self._values.setdefault(name.lower(), []).append(value)

    def get(self, name: str) -> str:
        """The first field's value, decoded (RFC 2047) and on one line; empty where there is
        none."""
        return decode_words(self._values.get(name, [""])[0])

    def all(self, name: str) -> list[str]:
        """The values of every field of that name."""
        return [decode_words(value) for value in self._values.get(name, [])]

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def __len__(self) -> int:
        return len(self._values)


@dataclass(frozen=True)
class Part:
    """A leaf of the tree of parts. ``raw`` holds its bytes as Latin-1."""

    content_type: str
    parameters: dict[str, str]
    headers: Headers
    raw: str
    inside: tuple[str, ...] = field(default=())  # content types of the parts around it

    @cached_property
    def text(self) -> str:
        """The part as text, HTML without its tags, lines ended by LF."""
        decoded = _decoded(self.raw, self.headers.get("content-transfer-encoding"))
        text = text_of(decoded, self.parameters.get("charset", ""))
        return plain_text(text) if self.content_type == "text/html" else text


@dataclass(frozen=True)
class Mail:
    """A mail's own headers and its leaf parts in order."""

    headers: Headers
    parts: tuple[Part, ...]

    def of_type(self, *types: str) -> list[Part]:
        return [part for part in self.parts if part.content_type in types]


def read_mail(data: bytes) -> Mail:
    """Read at most ``MOST_BYTES`` of a mail."""
    plain = data[:MOST_BYTES].translate(None, b"\0")
    text = plain.replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode("latin-1")
    if text.startswith("From "):  # mbox
        text = text.partition("\n")[2]
    headers, body = split_headers(text.lstrip("\n"))
    parts = []
    for part in _leaves(headers, body, ()):
        parts.append(part)
        if len(parts) == MOST_PARTS:
            break
    return Mail(headers, tuple(parts))


def split_headers(text: str) -> tuple[Headers, str]:
    """The header section at the start of ``text``, unfolded, and what follows it."""
    fields: list[tuple[str, str]] = []
    head, _, body = text.partition("\n\n")
    for line in head.split("\n", MOST_HEADER_LINES)[:MOST_HEADER_LINES]:
        if line[:1] in (" ", "\t") and fields:
            name, value = fields[-1]
            if len(value) < 10_000:
                fields[-1] = name, f"{value} {line.strip()}"
        elif match := _FIELD.fullmatch(line):
            fields.append((match[1], match[2].strip()))
    return Headers(fields), body


def _leaves(headers: Headers, body: str, inside: tuple[str, ...]) -> Iterator[Part]:
    content_type, parameters = content_type_of(headers)
    boundary = parameters.get("boundary", "")
    if content_type.startswith("multipart/") and boundary and len(inside) < DEEPEST:
        pieces = _pieces(body, boundary)
        if len(pieces) > 1:
            for piece in pieces[1:]:
                yield from _leaves(*split_headers(piece), (*inside, content_type))
            return
    if content_type.startswith("multipart/"):
        content_type = "text/plain"  # broken: what is there is read as text
    yield Part(content_type, parameters, headers, body, inside)


def content_type_of(headers: Headers) -> tuple[str, dict[str, str]]:
    """The media type in lower case, ``text/plain`` where there is none, and its parameters."""
    value = headers.get("content-type")[:2_000]
    name = value.partition(";")[0].strip().lower()
    found = _PARAMETER.findall(value)
    parameters = {key.lower().strip("*"): quoted or bare for key, quoted, bare in found}
    return name if "/" in name else "text/plain", parameters


def _pieces(body: str, boundary: str) -> list[str]:
    """What stands before, between and after the boundary's lines (RFC 2046, section 5.1.1)."""
    pieces = f"\n{body}".split(f"\n--{boundary}", MOST_PARTS)
    found = [pieces[0]]
    for piece in pieces[1:]:
        if piece.startswith("--"):
            break
        found.append(piece.partition("\n")[2])
    return found


def _decoded(raw: str, encoding: str) -> bytes:
    data = raw.encode("latin-1", "replace")
    name = encoding.strip().lower()
    if name == "quoted-printable":
        return quopri.decodestring(data)
    if name == "base64":
        kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
        kept = kept[: len(kept) - (len(kept) % 4 == 1)]
        try:
            return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))
        except binascii.Error:
            return data
    return data
