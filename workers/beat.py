"""The beat: every second it runs the tick and rings for what is due. Any number may run."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery.beat import Scheduler
from kombu.exceptions import OperationalError

from digest.actions.count_breakdowns import count_breakdowns
from digest.actions.keep_up import EVERY_SECONDS as KEEP_UP_SECONDS
from digest.actions.keep_up import keep_up
from digest.actions.tick import Ring, tick
from digest.clock import monotonic, utc_now
from digest.domain.errors import DigestError
from digest.log import get_logger
from workers import gate, process
from workers.app import app
from workers.tasks import TASKS

EVERY_SECONDS = 1.0
# No more bells than this hang unanswered in one queue: a busy worker finds its work by itself.
MOST_WAITING = {"default": 50, "collection": 100, "delivery": 4}

log = get_logger(__name__)


class Sweeper(Scheduler):
    """A scheduler without entries of its own: rows say what is due."""

    _next_upkeep = 0.0
    _waiting: dict[str, int] | None = None  # messages, by queue
    _error: str | None = None  # why the last bells could not be rung

    def tick(self, *_: Any, **__: Any) -> float:
        """Run the tick once; gives the seconds to wait before the next."""
        began = monotonic()
        if error := gate.refusal(process.database()):
            gate.leave(error)
            return EVERY_SECONDS
        with _logged("tick"):
            self._ring()
        with _logged("count of breakdowns"):
            count_breakdowns(process.database(), utc_now())
        if began >= self._next_upkeep:
            self._next_upkeep = began + KEEP_UP_SECONDS
            with _logged("upkeep"):
                keep_up(
                    process.database(),
                    process.settings(),
                    utc_now(),
                    queues=self._waiting,
                    error=self._error,
                )
        return max(0.0, EVERY_SECONDS - (monotonic() - began))

    def close(self) -> None:
        """The last that Celery calls; of a SIGTERM it exits with 0."""
        super().close()
        if status := gate.refused():
            raise SystemExit(status)

    def _ring(self) -> None:
        rings = list(tick(process.database(), utc_now()))
        try:
            self._waiting, self._error = ring_all(rings), None
        except OperationalError as error:
            self._waiting, self._error = None, str(error)
            log.warning("the broker can't be reached; rows wait", error=str(error))


@contextmanager
def _logged(what: str) -> Iterator[None]:
    """What goes wrong is logged, and done at the next tick."""
    try:
        yield
    except DigestError as error:
        log.warning(f"{what} failed", error=str(error))
    except Exception:
        log.exception(f"{what} broke")


def ring_all(rings: list[Ring]) -> dict[str, int]:
    """Send a message for each ring, as far as its queue has room; gives how many messages waited
    in each queue before."""
    waiting = _waiting()
    room = {queue: most - waiting[queue] for queue, most in MOST_WAITING.items()}
    for ring in rings:
        task = TASKS[ring.work]
        queue = app.amqp.router.route({}, task.name)["queue"].name
        if room[queue] > 0:
            room[queue] -= 1
            # No bell expires: a host whose wall clock is off would hear none of another's.
            task.apply_async((str(ring.id),))
    return waiting


def _waiting() -> dict[str, int]:
    """How many messages wait in each queue, asked over a connection that lasts: to open one costs
    more than all the rest."""
    with app.connection_or_acquire() as connection:
        try:
            channel = connection.default_channel
            declared = {name: channel.queue_declare(name, durable=True) for name in MOST_WAITING}
        except connection.connection_errors as error:
            connection.close()
            raise OperationalError(str(error)) from error
    return {name: int(queue.message_count) for name, queue in declared.items()}
