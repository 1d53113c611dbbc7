"""Clicks and opens that were counted and not yet written down: in memory, bounded, nobody's own.

A click waits for some seconds beside the others that one client makes in the same edition. A client
is told from another by a hash under a key that lives as long as the process; it is forgotten with
those seconds, and is written nowhere.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from secrets import token_bytes
from uuid import UUID

from digest.store.links import OPENS, Hit

HELD = 10.0  # seconds, monotonic, in which a client's clicks are looked at together
MOST_LINKS = 8  # of one edition by one client meanwhile: people read, scanners follow them all
MOST_HELD = 20_000  # clients × editions; who comes beyond isn't counted
MOST_COUNTED = 10_000  # editions × links × days


@dataclass(slots=True)
class _Visit:
    """What one client follows in one edition."""

    until: float
    day: date
    links: set[int] = field(default_factory=set)


class Tally:
    """Counts until it is taken; not for several threads."""

    def __init__(self) -> None:
        self._key = token_bytes(32)
        self._visits: dict[tuple[UUID, bytes], _Visit] = {}  # the one that began first stands first
        self._counts: Counter[Hit] = Counter()

    def __bool__(self) -> bool:
        return bool(self._visits or self._counts)

    def click(self, edition_id: UUID, key: int, *, client: str, day: date, at: float) -> None:
        """A link was followed by a client, whatever tells it from others, at a monotonic time."""
        who = edition_id, blake2b(client.encode(), key=self._key, digest_size=16).digest()
        visit = self._visits.get(who)
        if visit is None or visit.until <= at:
            self.settle(at)
            if len(self._visits) >= MOST_HELD:
                return
            visit = self._visits[who] = _Visit(at + HELD, day)
        if len(visit.links) <= MOST_LINKS:
            visit.links.add(key)

    def open(self, edition_id: UUID, *, day: date) -> None:
        """The picture of an edition was loaded."""
        self._add((edition_id, OPENS, day))

    def settle(self, at: float) -> None:
        """Count the clicks whose seconds are over, each link once for each client."""
        while self._visits:
            who, visit = next(iter(self._visits.items()))
            if visit.until > at:
                return
            del self._visits[who]
            if len(visit.links) <= MOST_LINKS:
                for key in visit.links:
                    self._add((who[0], key, visit.day))

    def take(self) -> dict[Hit, int]:
        """What was counted since it was taken last."""
        counts, self._counts = self._counts, Counter()
        return dict(counts)

    def give_back(self, counts: dict[Hit, int]) -> None:
        """Count again what could not be written."""
        for hit, n in counts.items():
            self._add(hit, n)

    def _add(self, hit: Hit, n: int = 1) -> None:
        if hit in self._counts or len(self._counts) < MOST_COUNTED:
            self._counts[hit] += n
