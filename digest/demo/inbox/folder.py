"""Where the inbox keeps its mails: ``00001-ann.eml`` and so on, and the ledger beside them."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Lock

from digest.demo.inbox.envelope import Envelope, envelope_of, read_ledger

LEDGER = "inbox.jsonl"
_UNSAFE = re.compile(r"[^a-z0-9+_-]+")
_NAME_LENGTH = 40


class MailboxFolder:
    """A folder of mails; one that holds mails already is gone on with."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._clock = clock
        self._lock = Lock()
        self._envelopes = read_ledger(folder / LEDGER)

    def store(self, mail_from: str, rcpt_to: tuple[str, ...], message: bytes) -> str:
        """Keep a mail and give the SMTP reply to it: the file first, then its ledger line."""
        with self._lock:
            file = _file_name(len(self._envelopes) + 1, rcpt_to[0])
            envelope = envelope_of(message, file, mail_from, rcpt_to, self._clock())
            try:
                (self.folder / file).write_bytes(message)
                with (self.folder / LEDGER).open("a", encoding="utf-8") as ledger:
                    ledger.write(envelope.as_line())
            except OSError as error:
                return f"452 4.3.1 The mail can't be kept ({error.strerror})."
            self._envelopes.append(envelope)
        return f"250 2.0.0 Kept as {file}."

    @property
    def envelopes(self) -> list[Envelope]:
        """What came so far, in order."""
        with self._lock:
            return list(self._envelopes)

    def read(self, envelope: Envelope) -> bytes:
        """The mail's octets as they were received, dots unstuffed."""
        return (self.folder / envelope.file).read_bytes()


def _file_name(number: int, recipient: str) -> str:
    """A name that no recipient can lead out of the folder."""
    local = recipient.rpartition("@")[0].lower()
    safe = _UNSAFE.sub("-", local).strip("-")[:_NAME_LENGTH]
    return f"{number:05}-{safe or 'mail'}.eml"
