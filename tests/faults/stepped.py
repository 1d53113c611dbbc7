"""Business time that a test steps: one number, shared by all processes by a file in memory."""

import mmap
import struct
import time
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from pathlib import Path

_LAST = datetime.max.replace(tzinfo=UTC)
_NUMBER = struct.Struct("d")  # the seconds that business time is ahead of the wall clock


class SteppedClock:
    """Runs as the wall clock does, from where it was put last; all see a step at the same moment.

    ``began`` makes the file; without it the clock only follows.
    """

    def __init__(self, file: Path, began: datetime | None = None) -> None:
        if began is not None:
            file.write_bytes(_NUMBER.pack(0.0))
        with file.open("r+b") as shared:
            self._octets = mmap.mmap(shared.fileno(), _NUMBER.size)
        self._steps: list[tuple[float, datetime]] = []  # (monotonic, business)
        if began is not None:
            self.step_to(began)

    def now(self) -> datetime:
        (ahead,) = _NUMBER.unpack(self._octets[: _NUMBER.size])
        return datetime.now(UTC) + timedelta(seconds=ahead)

    def step_to(self, moment: datetime) -> None:
        """Forward; what is past already is no step."""
        if self._steps and moment <= self.now():
            return
        self._steps.append((time.monotonic(), moment))
        ahead = (moment - datetime.now(UTC)).total_seconds()
        self._octets[: _NUMBER.size] = _NUMBER.pack(ahead)

    def at(self, monotonic: float) -> datetime:
        """What it showed at a moment of the monotonic clock."""
        began, moment = self._steps[bisect_right(self._steps, (monotonic, _LAST)) - 1]
        return moment + timedelta(seconds=monotonic - began)
