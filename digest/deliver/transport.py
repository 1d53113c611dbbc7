"""What a transport is: something that hands one message over and says what it was told."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from digest.domain.errors import Transient


class Mail(NamedTuple):
    """One message to one mailbox, with its envelope (RFC 5321, section 2.3.1)."""

    return_path: str
    recipient: str
    content: bytes  # CRLF line ends, not dot-stuffed


class Reply(NamedTuple):
    """A relay's answer about one mail."""

    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()


class RelayDown(Transient):
    """The relay can't be used just now; the mail at hand was certainly not sent."""


class InDoubt(Transient):
    """The connection broke after the message was handed over and before it was answered."""


class Transport(Protocol):
    """A connection to a relay; made on first use, kept, and made anew when it broke."""

    def send(self, mail: Mail) -> Reply:
        """Hand one mail over. Raises ``RelayDown`` or ``InDoubt``; any answer is a ``Reply``."""

    def close(self) -> None:
        """Say goodbye; never raises."""


class Line(Protocol):
    """One connection to a relay as a sender uses it: opened when needed, many mails on it."""

    async def send_from(
        self,
        feed: Iterator[Mail],
        done: Callable[[int, Reply | RelayDown | InDoubt], None],
        holds: Callable[[], bool],
    ) -> None:
        """Take mails from ``feed`` as it is ready for them; ``done`` is called once for each that
        was taken, ``holds`` before each message goes out. ``RelayDown`` where it can't be opened.
        """

    async def close(self) -> None:
        """Say goodbye; never raises."""
