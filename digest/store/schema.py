"""All tables in one place, and the migrations that make them.

Every command asks which revision the database is at; Alembic, a tenth of a command's start, is
imported by those that migrate.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

from digest.domain.errors import Illegal
from digest.store import (
    accounts,
    aftermath,
    alarms,
    api_tokens,
    audit,
    breakdowns,
    briefs,
    campaigns,
    code_gate,
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

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import Script

MODULES = (
    accounts,
    aftermath,
    api_tokens,
    alarms,
    audit,
    breakdowns,
    briefs,
    campaigns,
    code_gate,
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

_MIGRATIONS = Path(__file__).parent / "migrations"
VERSIONS = [_MIGRATIONS / "versions"]  # folders; a test adds those of a version to come


class SchemaBehind(StoreUnavailable):
    """The database lacks what this code needs: `digest db upgrade` mends it."""


class CodeTooOld(Illegal):
    """The database wants newer code than this."""


def upgrade(db: Database, revision: str = "head") -> None:
    """Bring the database to ``revision``; does nothing where it is there already, or beyond what
    this code knows: newer code was here."""
    found, newest = current_revision(db), newest_revision()
    if found is not None and found > newest:
        return
    from alembic import command

    with _migrating(db) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(db: Database, revision: str) -> None:
    """Take the database back to ``revision`` (``base``: no tables at all)."""
    from alembic import command

    with _migrating(db) as connection:
        command.downgrade(_config(connection), revision)


@dataclass(frozen=True, slots=True)
class Contract:
    """What an upgrade takes away."""

    before: str  # the revision up to which it only adds
    lowest: str  # the code that may use the database from then on


def contract_ahead(db: Database) -> Contract | None:
    """The contract that an upgrade of this database comes to; None where it only adds."""
    found = current_revision(db)
    if found is None or found >= newest_revision():
        return None
    from alembic.script import ScriptDirectory

    ahead = ScriptDirectory.from_config(_config(None)).iterate_revisions("head", found)
    gates = [(one.down_revision, gate) for one in ahead if (gate := gate_of(one))]
    if not gates:
        return None
    before = gates[-1][0]  # they come newest first
    assert isinstance(before, str)
    return Contract(before, max(gate for _, gate in gates))


def gate_of(migration: "Script") -> str | None:
    """The code that a migration needs at least, since it takes away what older code uses."""
    gate: str | None = getattr(migration.module, "lowest_code", None)
    return gate


def current_revision(db: Database) -> str | None:
    """Which revision the database is at; None where it is empty."""
    reading = db.engine.execution_options(read_only=True)  # takes no lock that a writer holds
    with db.explained(), reading.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


@cache
def newest_revision() -> str:
    """The revision of this code: the schema that it needs."""
    return max(path.name[:4] for folder in VERSIONS for path in folder.glob("[0-9]*.py"))


def require_usable(db: Database) -> None:
    """``SchemaBehind`` where the schema is older than this code needs, ``CodeTooOld`` where the
    database wants newer code. A newer schema is fine until then: first it expands, which older code
    does not notice, and later it contracts."""
    found, own = current_revision(db), newest_revision()
    if found is None or found < own:
        state = "has not been set up" if found is None else f"is at revision {found}, not {own}"
        raise SchemaBehind(f"The database {db.shown} {state}; run `digest db upgrade`.")
    if found == own:
        return
    with db.read() as session:
        lowest = code_gate.lowest_code(session)
    if lowest > own:
        raise CodeTooOld(
            f"The database {db.shown} wants code of revision {lowest} or newer, and this is {own}: "
            "install the newer version."
        )


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


def _config(connection: Connection | None) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", os.pathsep.join(map(str, VERSIONS)))
    config.attributes["connection"] = connection
    return config
