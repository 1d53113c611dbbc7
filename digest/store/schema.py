"""All tables in one place, and the migrations that make them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from digest.store import (
    accounts,
    aftermath,
    alarms,
    api_tokens,
    audit,
    breakdowns,
    briefs,
    campaigns,
    connections,
    consents,
    copies,
    deliveries,
    domain_checks,
    edition_changes,
    editions,
    epoch,
    feedback,
    greetings,
    heartbeats,
    imports,
    link_checks,
    links,
    list_days,
    lists,
    mailboxes,
    notices,
    pings,
    relays,
    reply_windows,
    runs,
    samples,
    saved_segments,
    signing_keys,
    sources,
    subscribers,
    summaries,
    suppressions,
    throttles,
)
from digest.store.base import Row
from digest.store.engine import Database, StoreUnavailable

MODULES = (
    accounts,
    aftermath,
    api_tokens,
    alarms,
    audit,
    breakdowns,
    briefs,
    campaigns,
    connections,
    copies,
    consents,
    deliveries,
    domain_checks,
    edition_changes,
    editions,
    feedback,
    epoch,
    link_checks,
    links,
    heartbeats,
    imports,
    list_days,
    greetings,
    lists,
    mailboxes,
    notices,
    pings,
    relays,
    reply_windows,
    runs,
    samples,
    saved_segments,
    signing_keys,
    sources,
    subscribers,
    summaries,
    suppressions,
    throttles,
)

metadata = Row.metadata


def upgrade(db: Database, revision: str = "head") -> None:
    """Bring the database to ``revision``; does nothing where it is there already."""
    with _migrating(db) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(db: Database, revision: str) -> None:
    """Take the database back to ``revision`` (``base``: no tables at all)."""
    with _migrating(db) as connection:
        command.downgrade(_config(connection), revision)


def current_revision(db: Database) -> str | None:
    """Which revision the database is at; None where it is empty."""
    reading = db.engine.execution_options(read_only=True)  # takes no lock that a writer holds
    with db.explained(), reading.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """Which revision this code needs."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def require_current(db: Database) -> None:
    """Raise a clear sentence unless the database is at the revision that this code needs."""
    found, needed = current_revision(db), newest_revision()
    if found != needed:
        state = "has not been set up" if found is None else f"is at revision {found}, not {needed}"
        raise StoreUnavailable(f"The database {db.shown} {state}; run `digest db upgrade`.")


@contextmanager
def _migrating(db: Database) -> Iterator[Connection]:
    """A connection to migrate on. SQLite changes a table by writing it anew, and the rows that
    refer to the old one must stay when that goes (sqlite.org/lang_altertable.html, section 7)."""
    with db.explained(), db.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        if db.is_sqlite:
            driver.execute("PRAGMA foreign_keys=OFF")
        try:
            yield connection
        finally:
            if db.is_sqlite:
                driver.execute("PRAGMA foreign_keys=ON")


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
