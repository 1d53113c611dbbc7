"""Worker and beat as threads of one process, for ``digest up`` and ``digest demo``."""

import os
import socket
import threading
from types import TracebackType

import celery.worker.state
from celery.beat import Service
from celery.worker import WorkController

from digest.log import get_logger
from workers import hearing, heartbeat, process
from workers.app import QUEUES, app, settings
from workers.beat import Sweeper

THREADS = 4
GOODBYE_SECONDS = 35

log = get_logger(__name__)


class EmbeddedWorkers:
    """A context in which due work is done; at its end a stint finishes its message and stops."""

    def __enter__(self) -> "EmbeddedWorkers":
        process.stop.clear()
        celery.worker.state.should_stop = None
        name = f"up{os.getpid()}@{socket.gethostname()}"
        own = [hearing.own_queue(name)] if settings.redis_url else []
        for queue in own:
            app.amqp.queues.add(queue)
        self._controller = WorkController(
            app=app,
            hostname=name,
            pool_cls="threads",
            concurrency=THREADS,
            queues=[*QUEUES, *(queue.name for queue in own)],
            quiet=True,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        self._worker = threading.Thread(target=self._controller.start, name="worker", daemon=True)
        self._service = Service(app, max_interval=1, scheduler_cls=Sweeper)
        self._beat = threading.Thread(target=self._service.start, name="beat", daemon=True)
        self._worker.start()
        self._beat.start()
        heartbeat.begin()  # no signal tells of this kind of worker
        if own:
            hearing.begin(name, THREADS)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        process.stop.set()
        hearing.end()
        self._service.stop()
        # Without this, a worker whose broker is gone hangs at its end for 40 s and more.
        celery.worker.state.should_stop = 0  # type: ignore[assignment]  # typed as None
        self._controller.stop()
        self._worker.join(GOODBYE_SECONDS)
        heartbeat.end()  # what it held is recorded
