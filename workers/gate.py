"""Code that the database does not want does nothing, says why in one sentence, and ends: whatever
supervises it then starts the code that is installed by that time."""

import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

from celery import Task
from celery.signals import worker_init, worker_ready, worker_shutdown, worker_shutting_down

from digest.domain.errors import DigestError, exit_status
from digest.log import configure_logging, get_logger
from digest.store.engine import Database, StoreUnavailable
from digest.store.schema import CodeTooOld, SchemaBehind, require_usable
from workers import process

EVERY_SECONDS = 2.0
GOODBYE_SECONDS = 45.0  # for mails that are under way: as long as supervisors wait

log = get_logger(__name__)

_status: int | None = None  # of this process, once it was refused
_ended = threading.Event()

if TYPE_CHECKING:
    Base = Task[Any, Any]  # generic in its stubs alone
else:
    Base = Task


class Gated(Base):
    """The class of all tasks. It asks the database before each: rows wait for newer code, or for
    `digest db upgrade`."""

    abstract = True

    def __call__(self, *args: Any, **values: Any) -> Any:
        try:
            require_usable(process.database())
        except DigestError as error:
            log.warning("task not done", task=self.name, error=str(error))
            return None
        return super().__call__(*args, **values)


def refusal(db: Database) -> DigestError | None:
    """Why this code may not use the database; None where it may, and where nobody can be asked:
    a database that is away comes back."""
    try:
        require_usable(db)
    except (CodeTooOld, SchemaBehind) as error:
        return error
    except StoreUnavailable:
        pass
    return None


def refused() -> int | None:
    """The exit status of this process where the database refused it; else None."""
    return _status


def leave(error: DigestError) -> None:
    """End as at a supervisor's SIGTERM: what is held is finished and recorded first. Said once."""
    global _status
    if _status is None:
        _status = exit_status(error)
        log.critical("this process ends", why=str(error))
    os.kill(os.getpid(), signal.SIGTERM)


def _ask() -> DigestError | None:
    db = Database(process.settings().database)  # its own: children that are forked inherit nothing
    try:
        return refusal(db)
    finally:
        db.close()


@worker_init.connect
def _refuse_to_start(**_: Any) -> None:
    """Before the pool forks, and before Celery has set logs up."""
    error = _ask()
    if error is not None:
        settings = process.settings()
        configure_logging(settings.log_format, settings.log_level)
        log.critical("this process does not start", why=str(error))
        raise SystemExit(exit_status(error))


@worker_ready.connect
def _begin(**_: Any) -> None:
    threading.Thread(target=_watch, name="gate", daemon=True).start()


@worker_shutting_down.connect
def _end(**_: Any) -> None:
    """It is to end anyway."""
    _ended.set()


@worker_shutdown.connect
def _end_with_status(sender: Any, **_: Any) -> None:
    """Celery has set the one of an ordinary SIGTERM."""
    if _status is not None:
        sender.exitcode = _status


def _watch() -> None:
    while not _ended.wait(EVERY_SECONDS):
        error = _ask()
        if error is not None:
            leave(error)
            time.sleep(GOODBYE_SECONDS)
            os._exit(exit_status(error))  # whatever state its loop is in
