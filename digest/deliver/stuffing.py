"""A message as it goes over the wire: dot-stuffed and ended (RFC 5321, section 4.5.2)."""

import re

# Patterns that begin with one literal character are searched by memchr: some 8 µs for 32 kB, where
# ``bytes.replace`` takes five times that.
_DOT_LINE = re.compile(rb"\n\.")
_BARE_CR_DOT = re.compile(rb"\r\.")
_LINE_END = re.compile(rb"\r\n|\r|\n")


class DotFree(bytes):
    """A message that its builder knows to be free of lines that begin with a dot, and of line ends
    other than CRLF; it ends in one. Such a message goes out as it is: looking for dots is half of
    the processor time that sending takes (some 35 of 70 µs for 32 kB).
    """

    __slots__ = ()


FINAL_DOT = b".\r\n"


def dot_stuffed(content: bytes) -> bytes:
    r"""``content`` as it goes out before the ``FINAL_DOT``, with a line end at its end.

    Line ends are taken to be CRLF, as whoever built the message promised. What some relays would
    take for the end of a message all the same, a dot behind a lone CR or LF, can't pass: then
    every line end is made CRLF first (SMTP smuggling, CVE-2023-51764).
    """
    if isinstance(content, DotFree):
        return content
    pieces = _DOT_LINE.split(content)
    is_clean = all(piece.endswith(b"\r") for piece in pieces[:-1])
    if not is_clean or _BARE_CR_DOT.search(content):
        content = _LINE_END.sub(b"\r\n", content)
        pieces = _DOT_LINE.split(content)
    if content.startswith(b"."):
        pieces[0] = b"." + pieces[0]
    if content and not content.endswith(b"\r\n"):
        pieces[-1] += b"\r\n"
    return b"\n..".join(pieces)
