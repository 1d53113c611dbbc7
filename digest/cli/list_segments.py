"""``digest list segments``: parts of a list's people under a name."""

from typing import Annotated

import typer
from rich.table import Table

from digest.actions.segments import drop_segment, list_segments, save_segment
from digest.cli.context import actor, console, database, print_json
from digest.clock import utc_now


def segments(
    slug: Annotated[str, typer.Argument(metavar="LIST")],
    save: Annotated[
        tuple[str, str] | None, typer.Option(metavar="NAME SEGMENT", help="Keep this one.")
    ] = None,
    remove: Annotated[str | None, typer.Option(metavar="NAME", help="Forget this one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show a list's segments with whom they mean now; `--segment NAME` sends to one.

    Example: digest list segments daily --save traders 'topic = Trade and not hour < 9'
    """
    now = utc_now()
    if save is not None:
        save_segment(database(), slug, *save, now=now, actor=actor())
    if remove is not None:
        drop_segment(database(), slug, remove, now=now, actor=actor())
    found = list_segments(database(), slug, now=now)
    if as_json:
        print_json(found)
        return
    table = Table("name", "means", "segment", box=None)
    for one in found:
        means = f"{one.count.meant:,} of {one.count.of:,}" if one.count else "can't be read"
        table.add_row(one.name, means, one.words)
    console.print(table)
