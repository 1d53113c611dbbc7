"""DKIM signatures (RFC 6376; Ed25519 by RFC 8463): relaxed/relaxed, of the whole body.

What a rendition's messages share is made canonical once, and its body up to the first place where
a reader's own value goes is hashed once: a message copies that hash and goes on from there.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from digest.deliver.canonical import BodyHash, Segment, body_segment, relaxed_field
from digest.deliver.dkim_keys import PrivateKey
from digest.domain.errors import Illegal

# All that bulk-sender rules want covered (Gmail and Yahoo: the one-click fields by name), and what
# says how the body is to be read. Precedence and the like are for machines on the way.
SIGNED = (
    *(b"from", b"subject", b"reply-to", b"to", b"date", b"message-id"),
    *(b"mime-version", b"content-type", b"content-transfer-encoding"),
    *(b"list-unsubscribe", b"list-unsubscribe-post", b"list-id", b"feedback-id"),
)

_FIELD_START = re.compile(rb"\r\n(?![ \t])")
_LINE = 76  # octets of a line of the signature, CRLF left out
_CHUNK = 72  # octets of Base64 on a line
_TIME, _BODY_HASH = b"\x01" * 10, b"\x02" * 44  # stand for the values: as long as they are

Field = tuple[bytes, bytes]  # name and value, which may be folded


@dataclass(frozen=True, slots=True)
class DomainKey:
    """A private key and the name in DNS under which its public half is found."""

    domain: str
    selector: str
    private: PrivateKey


class Signer:
    """The keys that sign together; each adds a DKIM-Signature field of its own."""

    def __init__(self, keys: Sequence[DomainKey]) -> None:
        self.keys = tuple(keys)

    def prepare(
        self, head: bytes, own_names: Sequence[bytes], body: Sequence[bytes | None]
    ) -> "Preparation":
        """Do once what a rendition's messages share.

        ``head``: the header fields that all of them have, as they are sent; ``own_names``: the
        names of those whose values are the reader's own; ``body``: its segments, None for each
        place where a reader's value goes.
        """
        return Preparation(self, head, own_names, body)

    def sign(self, message: bytes, at: datetime) -> bytes:
        """The DKIM-Signature fields of a message that shares nothing with others."""
        head, _, body = message.partition(b"\r\n\r\n")
        return self.prepare(head + b"\r\n", (), (body,)).sign(at, (), ())


class Preparation:
    """A rendition made ready for one signer; signing changes nothing in it."""

    def __init__(
        self,
        signer: Signer,
        head: bytes,
        own_names: Sequence[bytes],
        body: Sequence[bytes | None],
    ) -> None:
        shared = _signed_fields(head)
        self._own_names = tuple(own_names)
        names = [name.lower() for name, _ in shared] + [name.lower() for name in own_names]
        if b"from" not in names:
            raise Illegal("A message without a From field can't be signed.")
        self._head = b"".join(relaxed_field(*field) for field in shared)
        # One From more than there is, so that nobody can add a second one (RFC 6376, 8.15).
        self._stamps = tuple(_Stamp(key, [*names, b"from"]) for key in signer.keys)
        segments = [None if octets is None else body_segment(octets) for octets in body]
        first = segments.index(None) if None in segments else len(segments)
        self._body = BodyHash(segment for segment in segments[:first] if segment is not None)
        self._rest = tuple(segments[first:])

    def sign(self, at: datetime, own_values: Sequence[bytes], slots: Iterable[bytes]) -> bytes:
        """The DKIM-Signature fields that go on top of one message, CRLF at the end of each.

        ``at`` is the time of the row's first try, ``own_values`` belong to ``own_names``,
        ``slots`` to the places in the body. The same arguments give the same octets.
        """
        head = self._head + b"".join(map(relaxed_field, self._own_names, own_values))
        body_hash = b64encode(self._body.digest(_filled(self._rest, slots)))
        seconds = b"%d" % int(at.timestamp())
        return b"".join([stamp.field(head, seconds, body_hash) for stamp in self._stamps])


class _Stamp:
    """The DKIM-Signature field of one key, but for its time, its body hash and its signature."""

    def __init__(self, key: DomainKey, names: Sequence[bytes]) -> None:
        self._private = key.private
        template = _template(key, names)
        canonical = relaxed_field(*_split(template)).removesuffix(b"\r\n")
        self._template = _with_holes(template)
        self._canonical = _with_holes(canonical)

    def field(self, head: bytes, seconds: bytes, body_hash: bytes) -> bytes:
        """``head`` is the canonical form of what else is signed."""
        signed = sha256(head + self._canonical % (seconds, body_hash))
        signature = b64encode(self._private.sign(signed.digest()))
        lines = [signature[at : at + _CHUNK] for at in range(0, len(signature), _CHUNK)]
        return self._template % (seconds, body_hash) + b"\r\n ".join(lines) + b"\r\n"


def _template(key: DomainKey, names: Sequence[bytes]) -> bytes:
    """The field up to ``b=``, which begins a line, folded where it may be."""
    *most, last = names
    words = [
        b" v=1;",
        b" a=%s;" % key.private.algorithm.value.encode(),
        b" c=relaxed/relaxed;",
        b" d=%s;" % key.domain.encode("ascii"),
        b" s=%s;" % key.selector.encode("ascii"),
        b" t=%s;" % _TIME,
        b" h=%s:" % most[0],
        *(b"%s:" % name for name in most[1:]),
        b"%s;" % last,
        b" bh=%s;" % _BODY_HASH,
    ]
    lines = [b"DKIM-Signature:"]
    for word in words:
        if len(lines[-1]) + len(word) <= _LINE:
            lines[-1] += word
        else:
            lines.append(b" " + word.lstrip(b" "))
    return b"\r\n".join([*lines, b" b="])


def _with_holes(template: bytes) -> bytes:
    """For ``%``; no name in DNS or of a header field holds a percent sign."""
    return template.replace(_TIME, b"%b").replace(_BODY_HASH, b"%b")


def _signed_fields(head: bytes) -> list[Field]:
    """The fields to sign, in the order in which verifiers take them: where a name stands more
    than once, from the bottom up (RFC 6376, section 5.4.2)."""
    fields = [_split(line) for line in _FIELD_START.split(head) if line]
    return [field for field in reversed(fields) if field[0].lower() in SIGNED]


def _split(field: bytes) -> Field:
    name, _, value = field.partition(b":")
    return name.rstrip(b" \t"), value


def _filled(rest: Sequence[Segment | None], slots: Iterable[bytes]) -> Iterable[Segment]:
    values = iter(slots)
    for segment in rest:
        yield body_segment(next(values)) if segment is None else segment
