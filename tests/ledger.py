"""The ledger for tests: a sender played step by step, and whether all adds up."""

from collections import Counter
from uuid import UUID

from digest.store.campaigns import Campaign, counts
from digest.store.deliveries import count_rows
from digest.store.engine import Database, Session
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


def balanced(db: Database, campaign_id: UUID) -> Counter[str]:
    """The tallies and the rows, which must say the same; gives them."""
    with db.read() as session:
        tallies = {state: n for state, n in counts(session, campaign_id).items() if n}
        assert tallies == count_rows(session, campaign_id).states
        assert sum(tallies.values()) == session.get_one(Campaign, campaign_id).roster
    return Counter({state.value: n for state, n in tallies.items()})
