"""The tick: what any number of beats do every second. It finds what is due; rows decide who
does it, so a tick that is lost, late or doubled does no harm."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from digest.actions.advance_run import runs_to_advance
from digest.actions.pings import pings_due
from digest.actions.plan_runs import plan_runs
from digest.actions.plan_summary import summaries_due
from digest.actions.send_copy import copies_asked
from digest.actions.tell_editors import notices_due
from digest.actions.tend_campaigns import tend_campaigns
from digest.actions.watch import notices_to_tell
from digest.store.engine import Database
from digest.store.greetings import due_greetings
from digest.store.imports import due_imports
from digest.store.mailboxes import due_mailboxes
from digest.store.sources import due_sources


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
        sources = [source.id for source in due_sources(session, now)]
        greetings = due_greetings(session, now)
        mailboxes = due_mailboxes(session, now)
        imports = due_imports(session, now)
    yield from (Ring(Work.ADVANCE, id_) for id_ in runs_to_advance(db, now))
    to_start, to_send = tend_campaigns(db, now)
    yield from (Ring(Work.START, id_) for id_ in to_start)
    yield from (Ring(Work.DELIVER, id_) for id_ in to_send)
    yield from (Ring(Work.TELL, id_) for id_ in notices_to_tell(db, now))
    yield from (Ring(Work.NOTIFY, id_) for id_ in notices_due(db, now))
    yield from (Ring(Work.SUMMARY, id_) for id_ in summaries_due(db, now))
    yield from (Ring(Work.PING, id_) for id_ in pings_due(db, now))
    yield from (Ring(Work.COPY, id_) for id_ in copies_asked(db))
    yield from (Ring(Work.GREET, id_) for id_ in greetings)
    yield from (Ring(Work.MAILBOX, id_) for id_ in mailboxes)
    yield from (Ring(Work.IMPORT, id_) for id_ in imports)
    yield from (Ring(Work.COLLECT, id_) for id_ in sources)
