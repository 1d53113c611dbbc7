"""How the sample inbox treats recipients: some are busy at first, some are gone."""

from threading import Lock

BUSY = "450 4.2.1 This mailbox is busy; try again later."
GONE = "550 5.1.1 There is no such mailbox."


class Behaviour:
    """Decides by the local part: ``later`` or ``later+x`` is busy once, ``gone`` is no mailbox."""

    def __init__(self) -> None:
        self._tried: set[str] = set()
        self._refusals: list[tuple[str, str]] = []
        self._lock = Lock()

    def refusal(self, recipient: str) -> str | None:
        """The reply to RCPT that refuses this recipient, or None."""
        kind = recipient.rpartition("@")[0].partition("+")[0].lower()
        with self._lock:
            if kind == "gone":
                return self._refuse(recipient, GONE)
            if kind == "later" and recipient not in self._tried:
                self._tried.add(recipient)
                return self._refuse(recipient, BUSY)
        return None

    @property
    def refusals(self) -> list[tuple[str, str]]:
        """Each (recipient, reply) that was refused so far, in order."""
        with self._lock:
            return list(self._refusals)

    def _refuse(self, recipient: str, reply: str) -> str:
        self._refusals.append((recipient, reply))
        return reply
