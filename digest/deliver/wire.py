"""One connection as an asyncio protocol: octets out, replies in, and a limit on each wait."""

import asyncio
import math
from typing import Protocol, cast

from digest.deliver.reply_reader import NoReplyError, ReplyReader
from digest.deliver.smtp_session import plain_text, reason_of

SECOND_LOOK_SECONDS = 0.05


class Listener(Protocol):
    """Who talks over a wire just now."""

    def replied(self, code: int, text: bytes) -> None:
        """The relay gave a whole reply."""

    def heard(self) -> None:
        """The replies that came together, one at least, have all been given."""

    def drained(self) -> None:
        """All that was written is in the socket's hands, after it was not."""

    def lost(self, how: str) -> None:
        """The connection is over; ``how`` is the rest of the sentence "The relay …"."""


class Wire(asyncio.Protocol):
    """``is_clear`` says whether all that was written is in the socket's hands; over TLS, where
    asyncio keeps a buffer of its own below, it may say so a little early."""

    def __init__(self, listener: Listener) -> None:
        self._loop = asyncio.get_running_loop()
        self._reader = ReplyReader()
        self._transport: asyncio.Transport | None = None
        self._deadline = math.inf
        self._timer: asyncio.TimerHandle | None = None
        self._is_late = False  # the deadline has passed, and it was looked once
        self.closed = self._loop.create_future()
        self.listener: Listener | None = listener  # where there is none, nothing may be said
        self.is_clear = True
        self.ended: str | None = None  # how, once it is over
        self.timed_out = False

    @property
    def has_unread(self) -> bool:
        """Whether the beginning of a reply has come."""
        return not self._reader.is_between_replies

    @property
    def transport(self) -> asyncio.Transport:
        """What carries the octets, once connected."""
        assert self._transport is not None
        return self._transport

    def use(self, transport: asyncio.Transport) -> None:
        """Talk through ``transport``, which is told to say at once when it has to keep octets.

        Not from none on: asyncio's TLS would say so when it keeps none.
        """
        self._transport = transport
        transport.set_write_buffer_limits(high=1, low=0)

    def write(self, *pieces: bytes) -> None:
        """One after the other, in one piece: joining 32 kB costs less than a transport's list."""
        self.transport.write(b"".join(pieces))

    def expect_within(self, seconds: float) -> None:
        """Give up unless this is called again, or ``expect_nothing``, within so many seconds."""
        self._deadline = self._loop.time() + seconds
        self._is_late = False
        if self._timer is None or self._timer.when() > self._deadline:
            self._arm()

    def expect_nothing(self) -> None:
        self._deadline = math.inf
        self._is_late = False

    def give_up(self, how: str) -> None:
        """Drop the connection; whoever listens is told at once."""
        if self.ended is None:
            if self._transport is not None:
                self._transport.abort()
            self._end(how)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.use(cast(asyncio.Transport, transport))  # uvloop's is one only by its methods

    def data_received(self, data: bytes) -> None:
        replies = 0
        try:
            for code, text in self._reader.feed(data):
                if self.ended is not None:
                    return
                if self.listener is None:
                    self.give_up(f"hung up, saying {code} {plain_text(text)}".rstrip(" ."))
                    return
                self.listener.replied(code, text)
                replies += 1
        except NoReplyError as error:
            self.give_up(str(error))
        # A piece of a reply is no news: whoever drips octets gains no time by it.
        if replies and self.listener is not None and self.ended is None:
            self.listener.heard()

    def pause_writing(self) -> None:
        self.is_clear = False

    def resume_writing(self) -> None:
        self.is_clear = True
        if self.listener is not None and self.ended is None:
            self.listener.drained()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.ended is None:
            self._end(reason_of(exc) if exc is not None else "closed the connection")
        if not self.closed.done():
            self.closed.set_result(None)

    def _end(self, how: str) -> None:
        self.ended = how
        if self._timer is not None:
            self._timer.cancel()
        if self.listener is not None:
            self.listener.lost(how)

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._deadline, self._look_at_clock)

    def _look_at_clock(self) -> None:
        """The timer is seldom moved: most times the deadline has moved on meanwhile.

        Where this process stood still, the answer may lie in the socket, and timers come first: so
        there is a second look.
        """
        self._timer = None
        if self._loop.time() < self._deadline < math.inf:
            self._arm()
        elif self._deadline < math.inf and not self._is_late:
            self._is_late = True
            self._timer = self._loop.call_later(SECOND_LOOK_SECONDS, self._look_at_clock)
        elif self._is_late:
            self.timed_out = True
            self.give_up("did not answer in time")
