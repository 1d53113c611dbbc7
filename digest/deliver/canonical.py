"""The relaxed canonical form of header fields and bodies (RFC 6376, section 3.4): what is hashed
stays the same when a relay folds a header or changes white space.

A body comes in segments that may begin and end anywhere. Each segment is cut into a core and the
white space and line ends around it: the core's canonical form depends on nothing around it and
can be made once, the runs between cores are made when it is known what they join.
"""

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

_BLANK = b" \t\r\n"
_WSP = re.compile(rb"[ \t]+")
_CRLF = b"\r\n"


def relaxed_field(name: bytes, value: bytes) -> bytes:
    """A header field, its CRLF included; ``value`` may be folded."""
    one_line = _WSP.sub(b" ", value.replace(_CRLF, b"")).strip(b" ")
    return name.rstrip(b" \t").lower() + b":" + one_line + _CRLF


class Segment(NamedTuple):  # made for each value of each message: quicker than a dataclass
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
    """SHA-256 over the relaxed form of a body of which the beginning is known already."""

    def __init__(self, beginning: Iterable[Segment]) -> None:
        known, self._run = _joined(b"", beginning)
        self._hash = sha256(known)
        self._has_text = bool(known)

    def digest(self, rest: Iterable[Segment] = ()) -> bytes:
        """The hash of the whole body: empty lines at its end don't count, a last CRLF does."""
        text, run = _joined(self._run, rest)
        tail = _relaxed(run + _CRLF)
        while tail.endswith(_CRLF):
            tail = tail[:-2]
        if tail or text or self._has_text:
            text += tail + _CRLF
        whole = self._hash.copy()
        whole.update(text)
        return whole.digest()


def _joined(run: bytes, segments: Iterable[Segment]) -> tuple[bytes, bytes]:
    """The canonical form as far as it is settled, and the blank octets at its end, which depend
    on what comes next. ``run`` are those that came before."""
    settled: list[bytes] = []
    for segment in segments:
        run += segment.before
        if segment.core:
            settled += (run if run == _CRLF else _relaxed(run), segment.core)
            run = segment.after
    return b"".join(settled), run


def _relaxed(octets: bytes) -> bytes:
    """No white space at line ends, a single space for it elsewhere."""
    return _WSP.sub(b" ", octets).replace(b" \r\n", _CRLF)
