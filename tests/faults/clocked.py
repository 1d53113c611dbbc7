"""Starts a module in a process whose wall clock is wrong, or whose business clock runs fast.

    CLOCK_FILE=offset.txt python -m tests.faults.clocked celery -A workers.app worker

``CLOCK_FILE`` names a file with the seconds that the wall clock is off, read again and again: the
clock jumps when it changes. ``CLOCK_RATE`` makes business time run so many times faster, from
``CLOCK_BEGAN`` (ISO 8601) on, once there is a file ``CLOCK_START``; before, it stands.
``CLOCK_STEPPED`` names the file of a ``SteppedClock``, by which business time goes; a beat then
ticks five times a second, with its upkeep each time, so that no step waits for it. The monotonic
clock is left alone, as it is by ``settimeofday``.
"""

import os
import runpy
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from digest import clock
from tests.faults.stepped import SteppedClock

POLL_SECONDS = 0.1


class JumpingClock:
    """Keeps the wall clock of a process, and of those forked from it, off by what a file says."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._offset = 0.0
        self._travel: time_machine.Travel | None = None

    def start(self) -> None:
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        while True:
            offset = float(self._file.read_text() or 0)
            if offset != self._offset:
                self._jump(offset - self._offset)
                self._offset = offset
            time.sleep(POLL_SECONDS)

    def _jump(self, seconds: float) -> None:
        goal = datetime.now(UTC) + timedelta(seconds=seconds)
        if self._travel is not None:
            self._travel.stop()
        self._travel = time_machine.travel(goal, tick=True)
        self._travel.start()


def run_fast(began: datetime, start: Path, rate: float) -> None:
    """Business time from now on; whoever imports ``utc_now`` after this gets it."""

    def fast_now() -> datetime:
        if not start.exists():
            return began
        return began + timedelta(seconds=(time.time() - start.stat().st_mtime) * rate)

    clock.utc_now = fast_now


def run_stepped(file: Path) -> None:
    """Business time by a clock that somebody else steps."""
    clock.utc_now = SteppedClock(file).now
    from workers import beat  # only now: it takes ``utc_now`` when it is imported

    beat.EVERY_SECONDS, beat.KEEP_UP_SECONDS = 0.2, 0


if __name__ == "__main__":
    if file := os.environ.get("CLOCK_FILE"):
        jumping = JumpingClock(Path(file))
        jumping.start()
        os.register_at_fork(after_in_child=jumping.start)
    if rate := os.environ.get("CLOCK_RATE"):
        began = datetime.fromisoformat(os.environ["CLOCK_BEGAN"])
        run_fast(began, Path(os.environ["CLOCK_START"]), float(rate))
    if stepped := os.environ.get("CLOCK_STEPPED"):
        run_stepped(Path(stepped))
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
