"""The inbox's server: its thread, its connections, and what came so far."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self

from digest.clock import utc_now
from digest.demo.inbox.behaviour import Behaviour
from digest.demo.inbox.envelope import Envelope
from digest.demo.inbox.folder import MailboxFolder
from digest.demo.inbox.session import SmtpSession
from digest.domain.errors import Illegal

HOST_NAME = "inbox.example"
START_SECONDS = 10


class Inbox:
    """Listens while the context is open; ``folder`` gets the ``.eml`` files and ``inbox.jsonl``.

    Recipients whose local part is ``later`` (or ``later+anything``) are refused with 450 once,
    those of ``gone`` with 550 5.1.1 always.
    """

    def __init__(
        self, folder: Path, *, port: int = 0, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """``port`` 0 takes a free one; ``clock`` dates the ledger."""
        self._mails = MailboxFolder(folder, clock)
        self._behaviour = Behaviour()
        self._wanted_port = port
        self._has_started = Event()
        self._stop: Callable[[], object] = _nothing
        self._failure: OSError | None = None
        self._connections: set[asyncio.Transport] = set()
        self._thread = Thread(target=self._run, name="inbox", daemon=True)
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._has_started.wait(START_SECONDS) or self._failure is not None:
            raise Illegal(f"The inbox can't listen on port {self._wanted_port}: {self._failure}.")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up and stop listening; what came is kept. A second call does nothing."""
        if self._thread.is_alive():
            self._stop()
            self._thread.join()

    @property
    def smtp_url(self) -> str:
        """What ``DIGEST_SMTP_URL`` takes."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def folder(self) -> Path:
        """Where the mails are."""
        return self._mails.folder

    @property
    def envelopes(self) -> list[Envelope]:
        """The mails that came so far, in order."""
        return self._mails.envelopes

    @property
    def refusals(self) -> list[tuple[str, str]]:
        """Each (recipient, reply) that was refused so far, in order."""
        return self._behaviour.refusals

    def read(self, envelope: Envelope) -> bytes:
        """The octets of one mail."""
        return self._mails.read(envelope)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        self._stop = partial(loop.call_soon_threadsafe, stop.set)
        try:
            server = await loop.create_server(self._connection, "127.0.0.1", self._wanted_port)
            self.port = server.sockets[0].getsockname()[1]
        except OSError as error:
            self._failure = error
            return
        finally:
            self._has_started.set()
        await stop.wait()
        server.close()
        for transport in list(self._connections):
            transport.abort()
        await asyncio.sleep(0)  # lets the aborted connections be closed

    def _connection(self) -> "_Connection":
        session = SmtpSession(HOST_NAME, self._behaviour.refusal, self._mails.store)
        return _Connection(session, self._connections)


class _Connection(asyncio.Protocol):
    def __init__(self, session: SmtpSession, connections: set[asyncio.Transport]) -> None:
        self._session = session
        self._connections = connections
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._connections.add(transport)
        transport.write(self._session.greeting())

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._transport.write(self._session.feed(data))
        if self._session.is_over:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the library's name
        assert self._transport is not None
        self._connections.discard(self._transport)


def _nothing() -> None:
    """There is nothing to stop before the start."""
