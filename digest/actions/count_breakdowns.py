"""Follow campaigns: count batches that changed by domain and by answer, a little at each tick."""

from datetime import datetime, timedelta

from digest.clock import monotonic
from digest.domain.breakdown import break_down
from digest.store.breakdowns import batches_to_count, keep_breakdown, rows_of_batch
from digest.store.engine import Database

FOLLOWED = timedelta(minutes=10)  # how long a campaign is followed after its end
RECOUNT = timedelta(minutes=1)  # a batch with deferred rows: their answers may change
BUDGET_SECONDS = 0.1


def count_breakdowns(db: Database, now: datetime, *, seconds: float = BUDGET_SECONDS) -> int:
    """Count changed batches for ``seconds`` at most; gives how many are left for the next time.

    Senders are neither asked nor held up: only rows are read, and sums of our own are written.
    Any number of processes may do so at once.
    """
    end = monotonic() + seconds
    with db.read() as session:
        changed = batches_to_count(session, now - FOLLOWED, now - RECOUNT)
    for place, (batch_id, seen) in enumerate(changed):
        if monotonic() > end:
            return len(changed) - place
        with db.read() as session:
            counts = break_down(rows_of_batch(session, batch_id))
        with db.begin() as session:
            keep_breakdown(session, batch_id, seen, counts, now)
    return 0
