"""A Maildir as transport: the default, so that nothing leaves the machine unless told to."""

import asyncio
import os
import socket
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from digest.deliver.transport import InDoubt, Mail, RelayDown, Reply

_numbers = count()


class MaildirTransport:
    """Writes each mail into ``new/`` of a Maildir, safely against a crash (tmp, fsync, rename)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, mail: Mail) -> Reply:
        name = _unique_name()
        draft = self._path / "tmp" / name
        try:
            for folder in ("tmp", "new", "cur"):
                (self._path / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                _write(draft, _envelope(mail) + mail.content.replace(b"\r\n", b"\n"))
                draft.rename(self._path / "new" / name)
            finally:
                draft.unlink(missing_ok=True)  # it is there still where something failed
        except OSError as error:
            raise RelayDown(
                f"The Maildir {self._path} can't be written to: {error.strerror or error}."
            ) from None
        return Reply(250, f"2.0.0 kept as {name}")

    def close(self) -> None:
        """Nothing is open."""


class MaildirLine:
    """A Maildir as a sender's line; each mail is written in a thread, since it waits for a disk."""

    def __init__(self, transport: MaildirTransport) -> None:
        self._transport = transport

    async def send_from(
        self,
        feed: Iterator[Mail],
        done: Callable[[int, Reply | RelayDown | InDoubt], None],
        holds: Callable[[], bool],  # noqa: ARG002 - a mail is written at once
    ) -> None:
        """Write mails until ``feed`` ends or one can't be written."""
        for place, mail in enumerate(feed):
            try:
                reply = await asyncio.to_thread(self._transport.send, mail)
            except RelayDown as error:
                done(place, error)
                raise
            done(place, reply)

    async def close(self) -> None:
        """Nothing is open."""


def _unique_name() -> str:
    """A name that nobody else gives: time, process, number, host (as Maildir asks)."""
    host = socket.gethostname().replace("/", r"\057").replace(":", r"\072")
    return f"{time.time_ns()}.{os.getpid()}_{next(_numbers)}.{host}"


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _envelope(mail: Mail) -> bytes:
    """The envelope as trace fields, as final delivery writes it (RFC 5321, section 4.4)."""
    return f"Return-Path: <{mail.return_path}>\nDelivered-To: {mail.recipient}\n".encode()
