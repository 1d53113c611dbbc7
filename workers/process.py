"""What one worker process keeps: its settings, its database, its fetcher, and the wish to stop."""

import threading
from functools import cache
from typing import Any

from celery.signals import worker_process_shutdown, worker_shutting_down

from digest.fetch import Fetcher
from digest.settings import Settings, load_settings
from digest.store.engine import Database

stop = threading.Event()  # set when the process is to end: a stint gives up at its next message
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


@worker_shutting_down.connect
@worker_process_shutdown.connect
def _stop(**_: Any) -> None:
    stop.set()
