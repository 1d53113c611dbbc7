"""The verdict: the relay's ledger against the database, for every fault the same."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from digest.domain.ids import message_key
from digest.domain.states import OPEN_DELIVERY_STATES, DeliveryState
from digest.store.deliveries import Delivery, list_deliveries
from digest.store.engine import Database
from tests.faults.relay import FaultyRelay

MOST_FOR_ONE = 2  # nobody ever gets three


@dataclass
class Verdict:
    """What became of a roster. ``problems`` are sentences; there must be none."""

    lost: int = 0  # neither in the ledger nor in a final state that says why
    copies: int = 0  # messages beyond the first of a person
    most: int = 0  # messages to one person
    doubted: int = 0  # rows that the report names as possible copies
    problems: list[str] = field(default_factory=list)

    def __add__(self, other: "Verdict") -> "Verdict":
        return Verdict(
            self.lost + other.lost,
            self.copies + other.copies,
            max(self.most, other.most),
            self.doubted + other.doubted,
            self.problems + other.problems,
        )


def judge(
    db: Database,
    campaign_id: UUID,
    relay: FaultyRelay,
    *,
    is_alone: bool = True,
    knows_first_tries: bool = True,
) -> Verdict:
    """Nobody lost, every copy named, nobody mailed who shouldn't be, copies alike to the byte.

    ``is_alone``: nothing but this campaign went to the relay. ``knows_first_tries``: when each was
    tried first was not lost, so that a copy is not dated anew. People are told apart by Message-ID,
    since who was erased has no address any more.
    """
    sums: dict[str, list[str]] = {}
    for entry in list(relay.ledger):
        sums.setdefault(entry.message_id.partition("@")[0], []).append(entry.sha256)
    verdict = Verdict()
    with db.read() as session:
        for row in list_deliveries(session, campaign_id):
            key = message_key(row.campaign_id, row.subscriber_id).hex
            kept = sums.pop(key, [])
            _weigh(verdict, row, kept if knows_first_tries else kept[:1] * len(kept))
    if is_alone and sums:
        verdict.problems.append(f"{len(sums)} people were mailed who are not on the roster")
    return verdict


def _weigh(verdict: Verdict, row: Delivery, kept: Sequence[str]) -> None:
    n = len(kept)
    verdict.lost += _is_lost(row, n)
    verdict.copies += max(n - 1, 0)
    verdict.most = max(verdict.most, n)
    verdict.doubted += bool(row.doubts)
    problem = _problem(row, n) or ("copies differ" if len(set(kept)) > 1 else None)
    if problem:
        verdict.problems.append(f"{row.address}: {problem}")


def _is_lost(row: Delivery, n: int) -> bool:
    if row.state in OPEN_DELIVERY_STATES:
        return True
    if row.state is DeliveryState.SENT:
        return n == 0
    return row.reason is None and row.reply is None


def _problem(row: Delivery, n: int) -> str | None:
    if _is_lost(row, n):
        return f"lost ({row.state}, {n} messages)"
    if n > 1 + bool(row.doubts):
        return f"{n} messages, of which the report does not know"
    if n > MOST_FOR_ONE:
        return f"{n} messages"
    if n and row.state not in (DeliveryState.SENT, DeliveryState.UNCERTAIN) and not row.doubts:
        return f"mailed although {row.state}"
    return None
