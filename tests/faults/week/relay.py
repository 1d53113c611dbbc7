"""The relay of the week: what it says depends on business time, and on the domain."""

from datetime import datetime, timedelta

from tests.faults.relay import Entry, FaultyRelay, Manners
from tests.faults.stepped import SteppedClock

GREY = timedelta(minutes=4)  # until who is greylisted is taken; anew each day
KEPT = ("leaver", "joiner", "staff", "bouncer")  # whose mails are read


class WeekRelay(FaultyRelay):
    """``gone+…`` does not exist, ``grey+…`` is greylisted once a day, and while it
    ``is_throttling``, ``busy+…`` are asked to come more slowly."""

    def __init__(self, clock: SteppedClock) -> None:
        super().__init__(Manners(keeps_content_of=KEPT))
        self._clock = clock
        self._first_try: dict[str, datetime] = {}
        self.is_throttling = False
        self.refused: dict[str, datetime] = {}  # who does not exist, and when we were told
        self._read: dict[str, Entry] = {}
        self._looked_at = 0  # entries of the ledger

    def fault_of(self, recipient: str) -> str | None:
        kind, now = recipient.partition("+")[0], self._clock.now()
        if kind == "gone":
            self.refused.setdefault(recipient, now)
            return "r550"
        if kind == "grey":
            first = self._first_try.setdefault(f"{now:%j} {recipient}", now)
            return "r450" if now - first < GREY else None
        if kind == "busy" and self.is_throttling:
            return "hasty"
        return None

    def last_read(self) -> dict[str, Entry]:
        """The last mail to each whose mails are read."""
        new = self.ledger[self._looked_at :]
        self._looked_at += len(new)
        self._read |= {one.recipient: one for one in new if one.content is not None}
        return self._read
