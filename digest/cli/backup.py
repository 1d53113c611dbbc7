"""``digest backup``: copy the database into one file, while the service runs."""

from pathlib import Path
from typing import Annotated

import typer

from digest.actions.make_backup import make_backup
from digest.cli.context import actor, console, database, print_json, settings
from digest.clock import utc_now


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it; its folder must exist.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file of that name.")] = False,
    without_keys: Annotated[
        bool, typer.Option("--without-keys", help="Leave the two keys out; keep them elsewhere.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the manifest.")] = False,
) -> None:
    """Copy the database into one file, at one moment, while mail is sent.

    In it: all rows, and the keys that sign links and hash addresses. Not in it: settings from the
    environment, the Maildir in HOME, and the queue, which rows fill again. Whoever can read the
    file can read every address. Example: digest backup digest-monday.backup
    """
    manifest = make_backup(
        database(),
        settings(),
        file,
        overwrite=force,
        with_keys=not without_keys,
        now=utc_now(),
        actor=actor(),
    )
    if json:
        print_json(manifest)
        return
    counts = manifest.counts
    console.print(
        f"{file}: {file.stat().st_size / 1e6:.1f} MB of {manifest.kind}, revision "
        f"{manifest.revision}, with {counts['subscriber']:,} subscribers and "
        f"{counts['delivery']:,} deliveries"
        f"{'' if manifest.holds_keys else '; the keys are not in it'}.",
        soft_wrap=True,
        highlight=False,
    )
