"""What every command needs: settings, the database, who is acting, and how to print."""

import getpass
import json
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, TextIO
from uuid import UUID

from pydantic_core import to_jsonable_python
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from digest.clock import utc_now
from digest.domain.errors import Illegal
from digest.log import configure_logging
from digest.settings import Settings, load_settings
from digest.store.audit import came_from
from digest.store.engine import Database
from digest.store.schema import require_usable

console = Console()
errors = Console(stderr=True)

_given_actor: str | None = None


def set_actor(name: str | None) -> None:
    """Who acts, where ``--actor`` said so."""
    global _given_actor
    _given_actor = name


def actor() -> str:
    """Who acts, for the audit: ``--actor``, else the operating-system user."""
    return _given_actor or getpass.getuser()


@cache
def settings() -> Settings:
    """The settings of this invocation; logging is configured by them."""
    loaded = load_settings()
    configure_logging(loaded.log_format, loaded.log_level)
    return loaded


@cache
def database() -> Database:
    """The database, which must have been set up."""
    db = Database(settings().database)
    require_usable(db)
    came_from.set(f"command line of {socket.gethostname()}")
    return db


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    json.dump(to_jsonable_python(value), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def print_json_line(value: Any, stream: TextIO | None = None) -> None:
    """One JSON document on a line of its own, on standard output unless said otherwise."""
    stream = stream or sys.stdout
    json.dump(to_jsonable_python(value), stream, ensure_ascii=False)
    stream.write("\n")


def saw(what: str, *, noun: str, noun_id: object = "all") -> None:
    """Note that whoever acts is shown this of readers; before it is shown."""
    from digest.actions.see import note_sight  # no action is imported before it is called

    note_sight(database(), what, noun=noun, noun_id=noun_id, now=utc_now(), actor=actor())


def parse_now(text: str | None) -> datetime:
    """The business time that ``--now`` gives (ISO 8601; without a zone it is UTC), or this
    moment's."""
    if text is None:
        return utc_now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Illegal(
            f"--now {text!r} is not a time; write it as 2026-03-29T07:00+01:00."
        ) from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def parse_id(text: str) -> UUID:
    """The id that a person typed or pasted."""
    try:
        return UUID(text)
    except ValueError:
        raise Illegal(f"{text!r} is not an id; ids look like 0198c1f2-7a3b-7cde-….") from None


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Any]:
    """A progress bar on standard error for what may take over two seconds; yields a function
    that is called with the number of things done since the last call."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done=1: bar.advance(task, done)
