"""The ledger's own statements, for tests that play a sender step by step."""

from uuid import UUID

from digest.store.engine import Session
from digest.store.results import Flush, Results
from digest.store.together import together


def flush_outcomes(session: Session, owner: UUID, results: Results) -> set[UUID]:
    """Record what became of claimed deliveries; gives the ids that were still the owner's."""
    with together(session) as line:
        flush = Flush(line, owner, results)
    recorded = flush.recorded()
    with together(session) as line:
        flush.take_back(line, recorded)
    return recorded
