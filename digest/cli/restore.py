"""``digest campaign confirm-restore``: let a database send again that was put back."""

from typing import Annotated

import typer

from digest.actions import send_epoch
from digest.cli.context import actor, console, database, errors, settings
from digest.clock import utc_now
from digest.store.engine import Database
from digest.witness import Witness


def confirm_restore(
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Let a database send again that was restored from a backup.

    Whoever was mailed after the backup is not on its record. Before this, cancel each campaign that
    must not go on. Example: digest campaign confirm-restore
    """
    if not yes:
        typer.confirm("Go on sending from this database as it is?", abort=True)
    witness = Witness(settings())
    epoch = send_epoch.confirm_restore(database(), witness, now=utc_now(), actor=actor())
    console.print(f"Confirmed; sending goes on from epoch {epoch}.")


def warn_of_restore(db: Database) -> None:
    """Say it on standard error where nothing may be sent from this database."""
    why = send_epoch.refusal(db, Witness(settings()))
    if why is not None:
        errors.print(why, soft_wrap=True, highlight=False)
