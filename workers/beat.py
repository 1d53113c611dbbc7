"""The beat: every second it runs the tick and rings for what is due. Any number may run."""

from typing import Any

from celery.beat import Scheduler
from kombu.exceptions import OperationalError

from digest.actions.tick import Ring, tick
from digest.clock import utc_now
from digest.domain.errors import DigestError
from digest.log import get_logger
from workers import process
from workers.app import app
from workers.tasks import TASKS

EVERY_SECONDS = 1.0
# No more bells than this hang unanswered in one queue: a busy worker finds its work by itself.
MOST_WAITING = {"default": 50, "collection": 100, "delivery": 4}
FORGET_SECONDS = 60  # a bell that nobody heard by then; the tick rings again

log = get_logger(__name__)


class Sweeper(Scheduler):
    """A scheduler without entries of its own: rows say what is due."""

    def tick(self, *_: Any, **__: Any) -> float:
        """Run the tick once; gives the seconds to wait before the next."""
        try:
            ring_all(list(tick(process.database(), utc_now())))
        except DigestError as error:
            log.warning("tick failed", error=str(error))
        except OperationalError as error:
            log.warning("the broker can't be reached; rows wait", error=str(error))
        except Exception:
            log.exception("tick broke")
        return EVERY_SECONDS


def ring_all(rings: list[Ring]) -> None:
    """Send a message for each ring, as far as its queue has room."""
    if not rings:
        return
    with app.connection_for_write() as connection:
        channel = connection.default_channel
        room = {queue: most - _waiting(channel, queue) for queue, most in MOST_WAITING.items()}
    for ring in rings:
        task = TASKS[ring.work]
        queue = app.amqp.router.route({}, task.name)["queue"].name
        if room[queue] > 0:
            room[queue] -= 1
            task.apply_async((str(ring.id),), expires=FORGET_SECONDS)


def _waiting(channel: Any, queue: str) -> int:
    """How many messages wait in a queue."""
    return int(channel.queue_declare(queue, passive=False, durable=True).message_count)
