"""The relaxed canonical form of header fields and bodies (RFC 6376, section 3.4): what is hashed
stays the same when a relay folds a header or changes white space.

A body comes in segments that may begin and end anywhere. Each segment is cut into a core and the
white space and line ends around it: the core's canonical form depends on nothing around it and
can be made once, the runs between cores are made when it is known what they join.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

_BLANK = b" \t\r\n"
_WSP = re.compile(rb"[ \t]+")
_WSP_AT_LINE_END = re.compile(rb"[ \t]+(?=\r\n)")
_CRLF = b"\r\n"


def relaxed_field(name: bytes, value: bytes) -> bytes:
    """A header field, its CRLF included; ``value`` may be folded."""
    one_line = _WSP.sub(b" ", value.replace(_CRLF, b"")).strip(b" ")
    return name.rstrip(b" \t").lower() + b":" + one_line + _CRLF


@dataclass(frozen=True, slots=True)
class Segment:
    """Some octets of a body: blank octets, a core in canonical form, blank octets."""

    before: bytes
    core: bytes
    after: bytes


def body_segment(octets: bytes) -> Segment:
    """Cut octets of a body, all line ends of which are CRLF (a CRLF may be cut in two)."""
    rest = octets.lstrip(_BLANK)
    core = rest.rstrip(_BLANK)
    return Segment(octets[: len(octets) - len(rest)], _relaxed(core), rest[len(core) :])


class BodyHash:
    """SHA-256 over the relaxed form of a body that comes in segments."""

    def __init__(self) -> None:
        self._hash = sha256()
        self._run = b""  # blank octets whose form depends on what comes next
        self._is_empty = True

    def copy(self) -> Self:
        """Another one that has seen the same."""
        new = type(self)()
        new._hash, new._run, new._is_empty = self._hash.copy(), self._run, self._is_empty
        return new

    def add(self, segments: Iterable[Segment]) -> None:
        """Go on with the body."""
        known: list[bytes] = []
        run = self._run
        for segment in segments:
            run += segment.before
            if segment.core:
                known += (run if run == _CRLF else _relaxed(run), segment.core)
                run = segment.after
        self._run = run
        self._is_empty = self._is_empty and not known
        self._hash.update(b"".join(known))

    def digest(self) -> bytes:
        """The hash of the whole body: empty lines at its end don't count, a last CRLF does."""
        tail = _relaxed(self._run + _CRLF)
        while tail.endswith(_CRLF):
            tail = tail[:-2]
        if tail or not self._is_empty:
            self._hash.update(tail + _CRLF)
        return self._hash.digest()


def _relaxed(octets: bytes) -> bytes:
    """No white space at line ends, a single space for it elsewhere."""
    return _WSP.sub(b" ", _WSP_AT_LINE_END.sub(b"", octets))
