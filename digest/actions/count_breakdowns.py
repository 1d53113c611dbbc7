"""Follow campaigns: count batches that changed by domain and by answer, a little at each tick."""

from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from digest.clock import monotonic
from digest.domain.breakdown import break_down
from digest.store.breakdowns import batches_to_count, keep_breakdowns, rows_of
from digest.store.engine import Database

FOLLOWED = timedelta(minutes=10)  # how long a campaign is followed after its end
RESTLESS = timedelta(seconds=10)  # a batch that is being sent is counted so often, and at its end
RECOUNT = timedelta(minutes=1)  # a batch with deferred rows: their answers may change
BUDGET_SECONDS = 0.1
AT_ONCE = 8  # batches of one transaction


def count_breakdowns(
    db: Database,
    now: datetime,
    *,
    seconds: float = BUDGET_SECONDS,
    restless: timedelta = RESTLESS,
) -> int:
    """Count changed batches for ``seconds`` at most; gives how many are left for the next time.
    A batch that is being sent changes all the time: it is counted when it comes to rest, and every
    ``restless`` before.

    Senders are neither asked nor held up: only rows are read, and sums of our own are written.
    Any number of processes may do so at once.
    """
    end = monotonic() + seconds
    with db.read() as session:
        changed = batches_to_count(
            session, now, ended=now - FOLLOWED, restless=now - restless, recount=now - RECOUNT
        )
    while changed and monotonic() < end:
        _, same = next(groupby(changed[:AT_ONCE], attrgetter("campaign_id")))
        some = list(same)
        del changed[: len(some)]
        with db.read() as session:
            counted = [(batch, break_down(rows_of(session, batch))) for batch in some]
        with db.begin() as session:
            keep_breakdowns(session, counted, now)
    return len(changed)
