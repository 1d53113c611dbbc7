"""The fast way to a relay: many mails on one connection, several connections in one process."""

import asyncio
import contextlib
import smtplib
from collections.abc import Callable, Iterator, Sequence

from digest.deliver.opening import open_wire
from digest.deliver.results import Done
from digest.deliver.smtp_session import Limits, reason_of
from digest.deliver.transactions import Transactions
from digest.deliver.transport import Mail, RelayDown
from digest.deliver.wire import Wire
from digest.domain.relay import SmtpRelay


def _always() -> bool:
    return True


class PipelinedConnection:
    """One connection to an SMTP relay: opened on first use, kept, and opened anew when it broke.

    One task at a time may send on it.
    """

    def __init__(
        self, relay: SmtpRelay, password: str | None = None, limits: Limits = Limits()
    ) -> None:
        """``password`` is kept apart from the relay's URL, which may be shown and logged."""
        self._relay = relay
        self._password = password
        self._limits = limits
        self._wire: Wire | None = None
        self._transactions: Transactions | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing has ended the connection so far."""
        return self._wire is not None and self._wire.ended is None

    async def open(self) -> None:
        """Connect, TLS, EHLO, AUTH, unless it is open. Raises ``RelayDown``, in one sentence."""
        if self.is_open:
            return
        await self._forget()
        try:
            self._wire, offers = await open_wire(self._relay, self._password, self._limits)
        except (OSError, smtplib.SMTPException) as error:
            raise RelayDown(f"The relay {self._relay.shown} {reason_of(error)}.") from None
        self._transactions = Transactions(self._relay.shown, self._wire, offers, self._limits)

    async def send(
        self, mails: Sequence[Mail], done: Done, holds: Callable[[], bool] = _always
    ) -> None:
        """Work through the mails in order; ``done(i, result)`` is called once for each, as soon as
        its result is known. Never raises because of the relay.

        When the connection ends, all mails that are left are ``RelayDown`` and were not sent.
        """
        pulled = 0

        def feed() -> Iterator[Mail]:
            nonlocal pulled
            for mail in mails:
                pulled += 1
                yield mail

        try:
            await self.send_from(feed(), done, holds)
            down = RelayDown(f"The relay {self._relay.shown} {self._how_it_ended}.")
        except RelayDown as error:
            down = error
        for number in range(pulled, len(mails)):
            done(number, down)

    async def send_from(
        self, feed: Iterator[Mail], done: Done, holds: Callable[[], bool] = _always
    ) -> None:
        """The same for mails that are taken one by one, as the connection is ready for them:
        several connections may share what is behind ``feed``. ``done`` counts those taken.

        Returns when ``feed`` ends or the connection does (see ``is_open``). Raises ``RelayDown``
        where it can't be opened; nothing was taken then. ``done`` and ``holds`` (asked before each
        message goes out: whether it still may) are called between two replies and must be quick.
        """
        await self.open()
        assert self._transactions is not None
        await self._transactions.run(feed, done, holds)

    async def close(self) -> None:
        """Say goodbye; never raises."""
        if self._wire is not None and self._wire.ended is None:
            self._wire.listener = _Goodbye(self._wire)
            self._wire.write(b"QUIT\r\n")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._wire.closed), self._limits.goodbye)
        await self._forget()

    @property
    def _how_it_ended(self) -> str:
        return (self._wire.ended if self._wire is not None else None) or "was left"

    async def _forget(self) -> None:
        wire, self._wire, self._transactions = self._wire, None, None
        if wire is not None:
            wire.give_up("was left")
            await wire.closed


class _Goodbye:
    """Hangs up once the relay has answered QUIT."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def replied(self, code: int, text: bytes) -> None:  # noqa: ARG002 - whatever it says
        self._wire.give_up("was left")

    def heard(self) -> None:
        """Nothing follows."""

    def drained(self) -> None:
        """Nothing follows."""

    def lost(self, how: str) -> None:
        """As it should be."""
