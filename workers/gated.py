"""The class of all tasks: code that the database no longer wants does nothing."""

from typing import Any

from celery import Task

from digest.domain.errors import DigestError
from digest.log import get_logger
from digest.store.schema import require_usable
from workers import process

log = get_logger(__name__)


class Gated(Task):  # type: ignore[misc]  # its parameters are those of any function
    """Asks the database before each task; rows wait for newer code, or for `digest db upgrade`."""

    abstract = True

    def __call__(self, *args: Any, **values: Any) -> Any:
        try:
            require_usable(process.database())
        except DigestError as error:
            log.warning("task not done", task=self.name, error=str(error))
            return None
        return super().__call__(*args, **values)
