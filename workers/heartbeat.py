"""The heartbeat of a worker: a thread of its main process says every few seconds that it lives."""

import threading
from typing import Any

from celery.signals import worker_ready, worker_shutdown

from digest.actions.keep_up import EVERY_SECONDS, beat, end_beat
from digest.actions.watch_departures import DepartureWatch
from digest.clock import utc_now
from digest.domain.errors import DigestError
from digest.log import get_logger
from digest.settings import load_settings
from digest.store.engine import Database
from digest.store.heartbeats import ProcessKind

log = get_logger(__name__)

GOODBYE_SECONDS = 5.0  # for a database that does not answer

_ended = threading.Event()
_thread: threading.Thread | None = None


@worker_ready.connect
def begin(**_: Any) -> None:
    """Say every few seconds that this process lives, until ``end``."""
    global _thread
    _ended.clear()
    _thread = threading.Thread(target=_beat, name="heartbeat", daemon=True)
    _thread.start()


@worker_shutdown.connect
def end(**_: Any) -> None:
    """Say once that it has ended in good order: an upgrade may wait for that."""
    _ended.set()
    if _thread is not None:
        _thread.join(GOODBYE_SECONDS)


def _beat() -> None:
    """A database of its own, opened anew each time: children that are forked inherit nothing."""
    settings, departures = load_settings(), DepartureWatch()
    while True:
        db = Database(settings.database)
        try:
            if _ended.is_set():
                end_beat(db, ProcessKind.WORKER)
                return
            beat(db, settings, ProcessKind.WORKER, utc_now())
            departures.look(db, settings, utc_now())
        except DigestError as error:
            log.warning("heartbeat not written", error=str(error))
            if _ended.is_set():
                return
        finally:
            db.close()
        _ended.wait(EVERY_SECONDS)
