"""A Maildir as transport: the default, so that nothing leaves the machine unless told to."""

import os
import socket
import time
from itertools import count
from pathlib import Path

from digest.deliver.transport import Mail, RelayDown, Reply

_numbers = count()


class MaildirTransport:
    """Writes each mail into ``new/`` of a Maildir, safely against a crash (tmp, fsync, rename)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, mail: Mail) -> Reply:
        name = f"{time.time_ns()}.{os.getpid()}_{next(_numbers)}.{socket.gethostname()}"
        try:
            for folder in ("tmp", "new", "cur"):
                (self._path / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = self._path / "tmp" / name
            with draft.open("xb") as file:
                file.write(_envelope(mail) + mail.content.replace(b"\r\n", b"\n"))
                file.flush()
                os.fsync(file.fileno())
            draft.rename(self._path / "new" / name)
        except OSError as error:
            raise RelayDown(
                f"The Maildir {self._path} can't be written to: {error.strerror}."
            ) from None
        return Reply(250, f"2.0.0 kept as {name}")

    def close(self) -> None:
        """Nothing is open."""


def _envelope(mail: Mail) -> bytes:
    """The envelope as trace fields, as final delivery writes it (RFC 5321, section 4.4)."""
    return f"Return-Path: <{mail.return_path}>\nDelivered-To: {mail.recipient}\n".encode()
