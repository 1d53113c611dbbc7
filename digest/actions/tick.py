"""The tick: what any number of beats do every second. It finds what is due; rows decide who
does it, so a tick that is lost, late or doubled does no harm."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from digest.actions.advance_run import runs_to_advance
from digest.actions.plan_runs import plan_runs
from digest.actions.tend_campaigns import tend_campaigns
from digest.store.alarms import due_notices
from digest.store.copies import copies_to_send
from digest.store.engine import Database, Session
from digest.store.greetings import due_greetings
from digest.store.imports import due_imports
from digest.store.mailboxes import due_mailboxes
from digest.store.notices import notices_to_mail
from digest.store.pings import due_pings
from digest.store.sources import due_sources
from digest.store.summaries import summaries_to_mail


class Work(StrEnum):
    """What can be rung for; each is one task and one action."""

    COLLECT = "collect"
    ADVANCE = "advance"
    START = "start"
    DELIVER = "deliver"
    COPY = "copy"
    TELL = "tell"
    NOTIFY = "notify"
    GREET = "greet"
    MAILBOX = "mailbox"
    IMPORT = "import"
    SUMMARY = "summary"
    PING = "ping"


@dataclass(frozen=True, slots=True)
class Ring:
    """Something that is due, and the id of its row."""

    work: Work
    id: UUID


def tick(db: Database, now: datetime) -> Iterator[Ring]:
    """Plan what must be planned, mend what must be mended, and name what is due."""
    plan_runs(db, now)
    with db.read() as session:
        others = due_rows(session, now)
    yield from (Ring(Work.ADVANCE, id_) for id_ in runs_to_advance(db, now))
    to_start, to_send = tend_campaigns(db, now)
    yield from (Ring(Work.START, id_) for id_ in to_start)
    yield from (Ring(Work.DELIVER, id_) for id_ in to_send)
    yield from others


def due_rows(session: Session, now: datetime) -> list[Ring]:
    """What is due by the time on its row, and by nothing else."""
    due = {
        Work.TELL: due_notices(session, now),
        Work.NOTIFY: notices_to_mail(session, now),
        Work.SUMMARY: summaries_to_mail(session, now),
        Work.PING: due_pings(session, now),
        Work.COPY: copies_to_send(session),
        Work.GREET: due_greetings(session, now),
        Work.MAILBOX: due_mailboxes(session, now),
        Work.IMPORT: due_imports(session, now),
        Work.COLLECT: due_sources(session, now),
    }
    return [Ring(work, id_) for work, ids in due.items() for id_ in ids]
