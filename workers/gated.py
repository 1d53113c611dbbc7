"""The class of all tasks: code that the database no longer wants does nothing."""

from typing import TYPE_CHECKING, Any

from celery import Task

from digest.domain.errors import DigestError
from digest.log import get_logger
from digest.store.schema import require_usable
from workers import process

log = get_logger(__name__)

if TYPE_CHECKING:
    Base = Task[Any, Any]  # generic in its stubs alone
else:
    Base = Task


class Gated(Base):
    """Asks the database before each task; rows wait for newer code, or for `digest db upgrade`."""

    abstract = True

    def __call__(self, *args: Any, **values: Any) -> Any:
        try:
            require_usable(process.database())
        except DigestError as error:
            log.warning("task not done", task=self.name, error=str(error))
            return None
        return super().__call__(*args, **values)
