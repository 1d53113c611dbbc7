"""Read mails from files and take them in; what breaks one stops no other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from digest.actions.attribute_feedback import named_delivery
from digest.actions.receive_feedback import Taken, receive_feedback
from digest.domain.feedback import Effect, Evidence, Finding, Received
from digest.feedback.mailboxes import mails_at
from digest.feedback.received import receive_mail
from digest.log import get_logger
from digest.settings import Settings
from digest.store.engine import Database
from digest.tokens import Tokens

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ingested:
    """One mail: where it was, what it says, and what became of it."""

    file: str
    findings: tuple[Finding, ...]
    attributed: UUID | None
    evidence: Evidence
    effect: Effect | None  # None: nothing was asked of the database
    applied: bool


def ingest_paths(
    db: Database, settings: Settings, paths: Iterable[Path], *, now: datetime
) -> Iterator[Ingested]:
    """Take in every mail under ``paths``, each in a transaction of its own."""
    for path in paths:
        for file, data in mails_at(path):
            taken, received = take_mail(db, settings, data, now=now)
            yield Ingested(
                file,
                received.findings,
                taken.attributed,
                taken.evidence,
                taken.effect,
                taken.applied,
            )


def read_paths(tokens: Tokens | None, paths: Iterable[Path]) -> Iterator[Ingested]:
    """What ``ingest_paths`` would read, without a database; ``tokens`` None: nothing is known of
    our keys, either."""
    for path in paths:
        for file, data in mails_at(path):
            received = safely_read(data)
            delivery = named_delivery(tokens, received) if tokens else None
            evidence = Evidence.RETURN_PATH if delivery else Evidence.NONE
            yield Ingested(file, received.findings, delivery, evidence, None, applied=False)


def take_mail(
    db: Database,
    settings: Settings,
    data: bytes,
    *,
    recipients: tuple[str, ...] = (),
    now: datetime,
) -> tuple[Taken, Received]:
    """Take in one mail, committed when this returns; ``recipients`` are the envelope's."""
    received = safely_read(data, recipients)
    return receive_feedback(db, settings, received, now=now), received


def safely_read(data: bytes, recipients: tuple[str, ...] = ()) -> Received:
    """The mail as read; one that breaks the reader is kept and says nothing."""
    try:
        return receive_mail(data, recipients=recipients)
    except Exception:  # the parser is total; were it not, the loop goes on
        log.exception("mail quarantined", bytes=len(data))
        key = sha256(data).hexdigest()
        return Received("mail", key, data, (), is_broken=True)
