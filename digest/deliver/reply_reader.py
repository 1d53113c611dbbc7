"""Bytes from a relay, made into replies as they arrive (RFC 5321, section 4.2)."""

import re
from collections.abc import Iterator

from digest.deliver.smtp_session import MAX_REPLY, plain_text

_LINE = re.compile(rb"[2-5][0-9]{2}(?:[ -].*)?\r?", re.DOTALL)


class NoReplyError(Exception):
    """What came can't be a reply; the text says what it was, as the rest of a sentence."""


class ReplyReader:
    """Takes pieces as the network cuts them; keeps ``MAX_REPLY`` octets at most."""

    def __init__(self) -> None:
        self._rest = b""  # the start of a line
        self._texts: list[bytes] = []  # of the lines of an unfinished reply
        self._size = 0

    @property
    def is_between_replies(self) -> bool:
        """Whether all that came so far was whole replies."""
        return not self._rest and not self._texts

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """The replies that ``data`` completes: code, and the text of each line.

        Raises ``NoReplyError`` behind the last good reply.
        """
        lines = (self._rest + data).split(b"\n") if self._rest else data.split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            if not _LINE.fullmatch(line):
                raise NoReplyError(f"gave an answer that makes no sense: {plain_text(line)!r}")
            if line[3:4] == b"-":
                self._keep(line)
            else:
                yield int(line[:3]), self._whole(line)
        if len(self._rest) + self._size > MAX_REPLY:
            raise NoReplyError("gave a reply without end")

    def _keep(self, line: bytes) -> None:
        self._texts.append(line[4:].strip())
        self._size += len(line)
        if self._size > MAX_REPLY:
            raise NoReplyError("gave a reply without end")

    def _whole(self, last: bytes) -> bytes:
        text = last[4:].strip()
        if self._texts:
            text = b"\n".join((*self._texts, text))
            self._texts.clear()
            self._size = 0
        return text
