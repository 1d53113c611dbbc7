"""``digest audit``: who changed what, and who was shown whose data."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from digest.cli.context import console, database, print_json
from digest.store.audit import AuditEntry
from digest.store.history import Narrowed, history

app = typer.Typer(no_args_is_help=True, help="Who changed what, and who saw whose data.")


@app.callback()
def _group() -> None:
    """A group, though it has one command."""


@app.command("list")
def list_(
    who: Annotated[str | None, typer.Option(help="Only what this one did.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this: saw, paused, …")] = None,
    noun: Annotated[str | None, typer.Option(help="Only of these: subscriber, campaign, …")] = None,
    noun_id: Annotated[str | None, typer.Option("--id", help="Only of this one.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show what was done, by whom, and from where; the latest first.

    Example: digest audit list --action saw --json
    """
    with database().read() as session:
        entries = history(session, Narrowed(noun, noun_id, who, action), limit=limit)
    if json:
        print_json([_as_json(entry) for entry in entries])
        return
    table = Table("when", "who", "from", "what", "of", box=None)
    for entry in entries:
        told = (entry.actor, entry.client or "", entry.action, f"{entry.noun} {entry.noun_id}")
        table.add_row(f"{entry.at:%Y-%m-%d %H:%M} UTC", *map(escape, told))
    console.print(table)


def _as_json(entry: AuditEntry) -> dict[str, object]:
    names = ("id", "at", "actor", "client", "action", "noun", "noun_id", "before", "after")
    return {name: getattr(entry, name) for name in names}
