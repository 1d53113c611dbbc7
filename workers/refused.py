"""Messages that no worker takes: whoever reaches the broker may write there.

A message must be JSON, name a task of ours and carry one id. Anything else is counted, logged
without what it says, and dropped; nothing of it is decoded but by JSON.
"""

from typing import Any

from celery.signals import task_failure
from celery.worker.consumer import Consumer

from digest import metrics
from digest.log import get_logger

log = get_logger(__name__)


class WaryConsumer(Consumer):
    """Celery's consumer, but for what it does with messages that are none of ours: it would log
    them whole."""

    def on_unknown_message(self, body: Any, message: Any) -> None:  # noqa: ARG002
        self._refuse(message, "it is no task")

    def on_unknown_task(self, body: Any, message: Any, exc: Exception) -> None:  # noqa: ARG002
        self._refuse(message, "there is no such task")

    def on_invalid_task(self, body: Any, message: Any, exc: Exception) -> None:  # noqa: ARG002
        self._refuse(message, f"it can't be read ({type(exc).__name__})")

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        self._refuse(message, f"it can't be read ({type(exc).__name__})")

    def _refuse(self, message: Any, why: str) -> None:
        refuse(why)
        message.reject_log_error(log, self.connection_errors)  # type: ignore[attr-defined]  # it has


def refuse(why: str) -> None:
    """Count a message that is not acted on, and say why."""
    metrics.count(metrics.MESSAGES_REFUSED)
    log.error("message refused", why=why)


@task_failure.connect
def _count_wrong_arguments(exception: Exception, **_: Any) -> None:
    """A task of ours catches what goes wrong in its work (``workers/tasks.py``); what is left is
    that it was given something else than an id."""
    if isinstance(exception, TypeError | ValueError | AttributeError):
        refuse("its arguments are none of the task's")
