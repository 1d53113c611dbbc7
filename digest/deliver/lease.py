"""The lease on claimed deliveries, renewed in the background while a relay keeps us waiting."""

import threading
from collections.abc import Callable
from time import monotonic

from digest.domain.errors import Transient
from digest.log import get_logger

SECONDS = 30.0
RENEW_SECONDS = 10.0
MARGIN_SECONDS = 5.0  # no message is begun when less than this is left

log = get_logger(__name__)


class Lease:
    """Holds one window. ``holds`` is measured on the monotonic clock from before each renewal was
    asked for, so that it never says yes after the database's clock would say no."""

    def __init__(self, claimed_at: float, renew: Callable[[], None]) -> None:
        """``claimed_at``: the monotonic time just before the claim; ``renew`` asks for more."""
        self._renew = renew
        self._until = claimed_at + SECONDS
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def __enter__(self) -> "Lease":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def holds(self) -> bool:
        """Whether there is time to begin another message."""
        return monotonic() < self._until - MARGIN_SECONDS

    def _keep(self) -> None:
        while not self._done.wait(RENEW_SECONDS):
            asked_at = monotonic()
            try:
                self._renew()
            except Transient as error:
                log.warning("the lease could not be renewed", error=str(error))
            else:
                self._until = asked_at + SECONDS
