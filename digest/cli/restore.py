"""``digest restore`` and ``digest campaign confirm-restore``: put a backup back; send again."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from digest.actions import confirm_restore as confirming
from digest.actions import send_epoch
from digest.actions.restore_backup import Restored, restore_backup
from digest.cli.context import actor, console, database, errors, print_json, settings
from digest.clock import utc_now
from digest.departures import Kind
from digest.store.engine import Database
from digest.witness import Witness

REPLAYED = {
    Kind.ERASED: "{n} erased",
    Kind.SUPPRESSED: "{n} suppressed",
    Kind.LEFT: "{n} subscriptions ended",
}


def restore(
    file: Annotated[Path, typer.Argument(help="What `digest backup` wrote.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of a database that is there.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print what was done.")] = False,
) -> None:
    """Put a backup back, whole or not at all; stop the service first.

    Nothing is sent from it before `digest campaign confirm-restore`. Who was erased, suppressed or
    left since the backup goes again, as far as HOME, Redis or the replaced database knew it.
    Example: digest restore digest-monday.backup --replace
    """
    db = Database(settings().database)
    now = utc_now()
    done = restore_backup(db, settings(), file, replace=replace, now=now, actor=actor())
    if json:
        print_json(done)
        return
    taken = done.manifest.taken_at
    when = f"{taken:%Y-%m-%d %H:%M} UTC, {_ago(now - taken)} ago"
    _say(f"Restored to {db.shown} as it was at {when}.")
    _say_gap(done)
    _say(f"Since then, done again: {_replayed(done.replayed)}.")
    if done.other_secret:
        _say("The secret key here is another one: links in mails sent so far won't work.")
    _say("Nothing is sent yet. Look at what is open: digest campaign list")
    _say("cancel what must not go out again, then: digest campaign confirm-restore")


def confirm_restore(
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Let a database send again that was restored from a backup.

    Whoever was mailed after the backup is not on its record: what was due by now counts as possible
    copies. Before this, cancel each campaign that must not go on.
    Example: digest campaign confirm-restore
    """
    db, now = database(), utc_now()
    if not yes:
        for line in confirming.what_goes_on(db, now):
            _say(line)
        typer.confirm("Go on sending from this database as it is?", abort=True)
    done = confirming.confirm_restore(db, settings(), now=now, actor=actor())
    _say(f"Confirmed; sending goes on from epoch {done.epoch}.")
    _say(f"Done again: {_replayed(done.replayed)}. Possible copies: {done.possible_copies:,}.")


def warn_of_restore(db: Database) -> None:
    """Say it on standard error where nothing may be sent from this database."""
    why = send_epoch.refusal(db, Witness(settings()))
    if why is not None:
        errors.print(why, soft_wrap=True, highlight=False)


def _say_gap(done: Restored) -> None:
    """What is known of the time between the backup and now."""
    if done.replaced is None:
        _say("There was no database to ask what happened since.")
    elif not done.knew_who_went:
        _say(f"The database that was there did not say what happened since: {done.replaced}.")
    else:
        _say(f"The database that was there had sent {done.sent_since or 0:,} mails since.")


def _replayed(done: Mapping[Kind, int]) -> str:
    return ", ".join(words.format(n=done.get(kind, 0)) for kind, words in REPLAYED.items())


def _ago(span: timedelta) -> str:
    hours, seconds = divmod(int(span.total_seconds()), 3600)
    return f"{hours} h {seconds // 60} min"


def _say(line: str) -> None:
    console.print(line, soft_wrap=True, highlight=False)
