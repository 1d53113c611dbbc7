"""What an inbox knows of a mail beside its text: a line of ``inbox.jsonl`` a mail."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from email.parser import BytesHeaderParser
from email.policy import compat32
from hashlib import sha256
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Envelope:
    """``file`` is the mail's name in the inbox's folder, ``bytes`` its length in octets."""

    file: str
    mail_from: str  # "" for the null return path
    rcpt_to: tuple[str, ...]
    message_id: str | None
    sha256: str
    bytes: int
    bare_lf: int  # line feeds without a carriage return: a correct sender makes none
    received_at: datetime  # aware, UTC

    def as_line(self) -> str:
        """One line of JSON, with its line end."""
        return json.dumps({**asdict(self), "received_at": self.received_at.isoformat()}) + "\n"


def envelope_of(
    message: bytes, file: str, mail_from: str, rcpt_to: tuple[str, ...], received_at: datetime
) -> Envelope:
    """Measure a message as it was received."""
    header = BytesHeaderParser(policy=compat32).parsebytes(message)["Message-ID"]
    return Envelope(
        file=file,
        mail_from=mail_from,
        rcpt_to=rcpt_to,
        message_id=str(header).strip() if header is not None else None,
        sha256=sha256(message).hexdigest(),
        bytes=len(message),
        bare_lf=message.count(b"\n") - message.count(b"\r\n"),
        received_at=received_at,
    )


def read_ledger(path: Path) -> list[Envelope]:
    """The envelopes in the order of arrival; none where there is no ledger yet."""
    if not path.exists():
        return []
    return [_envelope(line) for line in path.read_text("utf-8").splitlines()]


def _envelope(line: str) -> Envelope:
    row = json.loads(line)
    row["rcpt_to"] = tuple(row["rcpt_to"])
    row["received_at"] = datetime.fromisoformat(row["received_at"])
    return Envelope(**row)
