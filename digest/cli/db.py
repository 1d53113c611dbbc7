"""``digest db``: set the database up and see how it stands."""

import typer

from digest.actions.upgrade_database import upgrade_database
from digest.cli.context import console, settings
from digest.cli.forget import forget
from digest.store import schema
from digest.store.engine import Database

app = typer.Typer(no_args_is_help=True, help="Set the database up, and what is old in it.")
app.command()(forget)


@app.command()
def upgrade() -> None:
    """Bring the database to what this version needs; safe to repeat.

    Before it takes away what older code needs, workers of such code end by themselves.

    Example: digest db upgrade
    """
    db = Database(settings().database)
    before = schema.current_revision(db)
    upgrade_database(db, lambda said: console.print(said, soft_wrap=True))
    after = schema.current_revision(db)
    schema.require_usable(db)
    said = "is up to date" if before == after else f"went from {before or 'empty'} to {after}"
    console.print(f"The database {db.shown} {said}.", soft_wrap=True)


@app.command()
def status() -> None:
    """Say which revision the database is at, and which one is needed.

    Example: digest db status
    """
    db = Database(settings().database)
    console.print(f"database {db.shown}", soft_wrap=True)
    console.print(f"revision {schema.current_revision(db) or 'none'}")
    console.print(f"needed   {schema.newest_revision()}")
