"""One request at a time per host, with a pause between two, for all threads of a process."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from digest.clock import monotonic
from digest.domain.errors import Transient

MAX_HOSTS = 4096  # remembered


@dataclass(slots=True)
class _Host:
    lock: threading.Lock = field(default_factory=threading.Lock)
    next_at: float = 0.0  # monotonic: no request before
    users: int = 0  # threads that hold the lock or wait for it


class Queue:
    """Hands out turns, host by host."""

    def __init__(self, pause: float, longest_wait: float) -> None:
        """``pause``: seconds between the end of a request and the start of the next."""
        self._pause = pause
        self._longest_wait = longest_wait
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """Wait for this host's turn; ``Transient`` where that would take too long."""
        give_up = monotonic() + self._longest_wait
        host = self._enter(name)
        try:
            if not host.lock.acquire(timeout=self._longest_wait):
                raise Transient(f"{name} is busy with other requests of ours; try again later.")
            try:
                _wait(name, host.next_at, give_up)
                yield
            finally:
                host.next_at = max(host.next_at, monotonic() + self._pause)
                host.lock.release()
        finally:
            with self._lock:
                host.users -= 1

    def hold(self, name: str, seconds: float) -> None:
        """Leave this host alone for so long, as it asked."""
        with self._lock:
            host = self._hosts.setdefault(name, _Host())
            host.next_at = max(host.next_at, monotonic() + seconds)

    def _enter(self, name: str) -> _Host:
        with self._lock:
            if len(self._hosts) >= MAX_HOSTS:
                self._forget()
            host = self._hosts.setdefault(name, _Host())
            host.users += 1
            return host

    def _forget(self) -> None:
        now = monotonic()
        self._hosts = {
            name: host for name, host in self._hosts.items() if host.users or host.next_at > now
        }


def _wait(name: str, until: float, give_up: float) -> None:
    if until > give_up:
        left = until - monotonic()
        raise Transient(f"{name} asked to be left alone for {left:.0f} s more.", retry_after=left)
    time.sleep(max(0.0, until - monotonic()))
