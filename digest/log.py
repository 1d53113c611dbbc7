"""Logging: structured lines through structlog, for the console or as JSON.

Call ``get_logger(__name__)`` and log an event name with values: ``log.info("edition built",
edition=edition.id)``. Within ``about(campaign=…)`` each line carries those ids, the libraries'
lines, too. No address stands in a line above debug level: what looks like one is taken out.
"""

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import structlog
from structlog.typing import EventDict

# The names of Celery's workers are none, though they look alike.
_ADDRESS = re.compile(
    r"(?!celery@|up\d+@|echo\.)\b[^\s<>()\[\]{}\"',;:=/\\]+@[^\s<>()\[\]{}\"',;:]+"
)
_NO_TEXT = (bool, int, float, UUID, datetime, type(None))


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


@contextmanager
def about(**ids: object) -> Iterator[None]:
    """Let each line that is logged within carry these ids; those that are None are left out."""
    known = {name: value for name, value in ids.items() if value is not None}
    with structlog.contextvars.bound_contextvars(**known):
        yield


def configure_logging(form: Literal["console", "json"] = "console", level: str = "INFO") -> None:
    """Send all log lines, the libraries' too, to standard error in one form."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(default=str)
        if form == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            # The default shows local variables, and with them tokens and addresses.
            exception_formatter=structlog.dev.plain_traceback,
        )
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    closing: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        _without_addresses,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[*closing, renderer]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "trafilatura", "htmldate", "charset_normalizer", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _without_addresses(_: Any, __: str, line: EventDict) -> EventDict:
    if line.get("level") == "debug":
        return line
    return {name: _scrubbed(value) for name, value in line.items()}


def _scrubbed(value: Any) -> Any:
    if isinstance(value, _NO_TEXT):
        return value
    text = str(value)
    return _ADDRESS.sub("<address>", text) if "@" in text else value
