"""What one worker process keeps: its settings, its database, its fetcher, and the wish to stop."""

import gc
import threading
from functools import cache
from typing import Any

from celery.signals import worker_init, worker_shutting_down

from digest.actions.pings import LIMITS as PING_LIMITS
from digest.fetch import Fetcher
from digest.settings import Settings, load_settings
from digest.store.base import make_adapters
from digest.store.engine import Database
from workers.flag import SharedFlag

# Raised by SIGTERM to a worker and seen by its pool processes: a stint ends after the messages that
# are under way.
stop = SharedFlag()
# One stint at a time, whatever the number of threads: what a crash of this process can put in
# doubt is then one window, and no more.
sending = threading.Lock()


@cache
def settings() -> Settings:
    return load_settings()


@cache
def database() -> Database:
    """Opened after the fork, by whoever needs it first."""
    return Database(settings().database)


@cache
def fetcher() -> Fetcher:
    """One for the process: it knows which host was asked when."""
    return Fetcher(settings())


@cache
def pinger() -> Fetcher:
    """For pings alone, which wait for little and for nothing else."""
    return Fetcher(settings(), limits=PING_LIMITS)


@worker_init.connect
def _share_with_children(**_: Any) -> None:
    """Before the pool forks: the garbage collector writes into all that it looks at, and what a
    child writes to is no longer shared. So it is told to leave alone what is there by now."""
    make_adapters()
    gc.collect()
    gc.freeze()


@worker_shutting_down.connect
def _stop(**_: Any) -> None:
    stop.set()
