"""Whether a worker still hears: one that is deaf ends itself, and its supervisor starts another.

After a Redis was away, a worker may be up, and answer, and take nothing from its queues any more
(celery#8030, #10205). So each worker rings itself, in a queue of its own, every few seconds.
"""

import os
import threading
from typing import Any

import celery.worker.state
from celery.signals import celeryd_after_setup, task_received, worker_ready, worker_shutting_down
from kombu import Queue
from redis import Redis
from redis.exceptions import RedisError

from digest.clock import monotonic
from digest.log import get_logger
from workers import process
from workers.app import app, settings

EVERY_SECONDS = 8.0
DEAF_SECONDS = 40.0  # with the time of a restart, less than a minute
GOODBYE_SECONDS = 10.0  # for mails that are under way
FORGET_SECONDS = 3600  # Redis drops what is left in the queue of a worker that is gone
DEAF = 1  # exit status

log = get_logger(__name__)

_ended = threading.Event()


class Hearing:
    """When something was heard last, as far as there was something to hear."""

    def __init__(self, now: float) -> None:
        self._heard_at = now

    def heard(self, now: float) -> None:
        self._heard_at = now

    def is_deaf(self, now: float, *, could_hear: bool) -> bool:
        """``could_hear``: there was a bell for it, a free hand, and a broker that answers."""
        if not could_hear:
            self._heard_at = now
        return now - self._heard_at > DEAF_SECONDS


hearing = Hearing(monotonic())


@task_received.connect
def _note(**_: Any) -> None:
    hearing.heard(monotonic())


def own_queue(name: str) -> Queue:
    """The queue that a worker of this name rings itself in."""
    return Queue(f"echo.{name}", routing_key=f"echo.{name}", no_declare=True)


@celeryd_after_setup.connect
def _consume_own_queue(sender: str, instance: Any, **_: Any) -> None:
    if settings.redis_url:
        instance.app.amqp.queues.select_add(own_queue(sender))


@worker_ready.connect
def _begin(sender: Any, **_: Any) -> None:
    if settings.redis_url:
        begin(sender.hostname, sender.controller.concurrency)


def begin(name: str, hands: int) -> None:
    """Watch over a worker that can do ``hands`` tasks at once."""
    _ended.clear()
    hearing.heard(monotonic())
    threading.Thread(target=_watch, args=(name, hands), name="hearing", daemon=True).start()


@worker_shutting_down.connect
def end(**_: Any) -> None:
    """It is to end anyway."""
    _ended.set()


def _watch(name: str, hands: int) -> None:
    while not _ended.wait(EVERY_SECONDS):
        has_free_hand = len(celery.worker.state.reserved_requests) < hands
        could_hear = has_free_hand and _ring(name)
        if hearing.is_deaf(monotonic(), could_hear=could_hear):
            _leave()


def _ring(name: str) -> bool:
    """Put a bell into the worker's own queue, unless one hangs there; False where the broker does
    not answer."""
    assert settings.redis_url is not None
    queue = own_queue(name).name
    try:
        with Redis.from_url(settings.redis_url.get_secret_value(), socket_timeout=5.0) as client:
            if not client.llen(queue):
                with app.connection_for_write() as connection:
                    app.send_task("workers.tasks.hear", queue=queue, connection=connection)
                client.expire(queue, FORGET_SECONDS)
    except (RedisError, OSError) as error:
        log.info("the broker does not answer", error=str(error))
        return False
    return True


def _leave() -> None:
    """Stints end as at a SIGTERM; then this process goes, whatever state its loop is in."""
    log.critical("this worker hears nothing from a broker that answers; it ends")
    process.stop.set()
    end = monotonic() + GOODBYE_SECONDS
    while celery.worker.state.active_requests and monotonic() < end:
        _ended.wait(0.2)
    os._exit(DEAF)
