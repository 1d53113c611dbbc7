"""What the answers of relays come to together: who asks us to slow down, who turns us away."""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

from digest.deliver.books import Entry
from digest.deliver.replies import Meaning
from digest.domain.address import domain_part
from digest.domain.rate import Key, Scope
from digest.domain.reply_window import Block
from digest.domain.slowdown import asks_to_slow_down
from digest.domain.states import DeliveryState

REMEMBERED = 50  # replies of a relay or domain

_ASKS: dict[str | None, Scope] = {
    Meaning.RELAY_BUSY: Scope.RELAY,
    Meaning.DOMAIN_BUSY: Scope.DOMAIN,
}


@dataclass(frozen=True, slots=True)
class Request:
    """A relay or domain asks for less; ``share`` of what was just answered was its."""

    key: Key
    share: float
    why: str


class Evidence:
    """The last replies of relays and domains that ask for less; others cost nothing."""

    def __init__(self) -> None:
        self._recent: dict[Key, deque[bool]] = {}

    def add(self, results: Sequence[Entry]) -> list[Request]:
        """Who must be slowed down, now that these results have come."""
        asking = {key: entry[1].reply for entry in results if (key := _asker(entry))}
        if not asking and not self._recent:
            return []
        requests = []
        for key in {*asking, *self._recent}:
            new = [_asker(entry) == key for entry in results if _concerns(key, entry)]
            recent = self._recent.setdefault(key, deque(maxlen=REMEMBERED))
            recent.extend(new)
            if key in asking and asks_to_slow_down(recent):
                requests.append(Request(key, len(new) / len(results), asking[key] or ""))
                recent.clear()
            if not any(recent):
                del self._recent[key]
        return requests


def count_replies(results: Sequence[Entry]) -> Block:
    """How many relays answered, and how many answers were about us or refused a reader."""
    counts = Counter(
        _kind(outcome.state, outcome.reason) for _, outcome in results if outcome.tried
    )
    return Block(counts.total(), counts["about us"], counts["refused"])


def _kind(state: DeliveryState, reason: str | None) -> str:
    if state is DeliveryState.FAILED:
        return "refused"
    return "about us" if reason == Meaning.ABOUT_US else ""


def _asker(entry: Entry) -> Key | None:
    claimed, outcome = entry
    scope = _ASKS.get(outcome.reason)
    if scope is Scope.DOMAIN:
        return scope, domain_part(claimed.address)
    return (scope, str(outcome.relay_id)) if scope and outcome.relay_id else None


def _concerns(key: Key, entry: Entry) -> bool:
    claimed, outcome = entry
    if not outcome.tried:
        return False
    if key[0] is Scope.DOMAIN:
        return domain_part(claimed.address) == key[1]
    return str(outcome.relay_id) == key[1]
