"""A run outside the cadence: like any other, only started by hand."""

from datetime import datetime
from uuid import UUID

from digest.actions.segments import segment_words
from digest.domain.errors import Illegal
from digest.domain.states import Stream
from digest.store import audit
from digest.store.engine import Database
from digest.store.lists import find_list
from digest.store.runs import OPEN_RUN_STATES, plan_run, recent_runs


def run_now(
    db: Database,
    slug: str,
    *,
    stream: Stream,
    now: datetime,
    actor: str,
    at: datetime | None = None,
    segment: str | None = None,
) -> UUID:
    """Plan a run that is due at once, or ``at`` a time to come; ``Illegal`` where one by hand is
    still under way. Its edition goes to those of the list whom ``segment`` means: its words, or the
    name under which the list has it."""
    with db.begin() as session:
        mailing_list = find_list(session, slug)
        for run in recent_runs(session, mailing_list.id, 20):
            if run.by_hand and run.stream is stream and run.state in OPEN_RUN_STATES:
                raise Illegal(f"A run by hand is under way already: {run.id} ({run.state}).")
        words = segment_words(session, mailing_list.id, segment)
        run = plan_run(
            session,
            list_id=mailing_list.id,
            stream=stream,
            scheduled_at=at or now,
            now=now,
            by_hand=True,
            segment=words,
        )
        audit.record(session, now=now, actor=actor, action="started", noun="run", noun_id=run.id)
        return run.id
