"""``digest suppression``: the addresses that get no mail."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from digest.actions.list_suppressions import list_suppressions
from digest.actions.suppress_address import suppress_address
from digest.actions.unsuppress_address import unsuppress_address
from digest.cli import suppression_files
from digest.cli.context import actor, console, database, print_json, saw, settings
from digest.clock import utc_now

app = typer.Typer(no_args_is_help=True, help="Addresses that get no mail, from any list.")

app.command("import")(suppression_files.import_)
app.command()(suppression_files.export)

Address = Annotated[str, typer.Argument(help="E-mail address.")]


@app.command()
def add(
    address: Address,
    note: Annotated[str | None, typer.Option(help="Why, for colleagues.")] = None,
) -> None:
    """Send nothing more to an address, whether it is known or not; it holds at once.

    Example: digest suppression add ana@example.org --note "asked by phone"
    """
    new = suppress_address(database(), settings(), address, note=note, now=utc_now(), actor=actor())
    _say(f"{address} {'is suppressed now' if new else 'was suppressed already'}.")


@app.command()
def remove(
    address: Address,
    why: Annotated[str | None, typer.Option(help="Kept in the history.")] = None,
) -> None:
    """Let an address get mail again; nobody comes back on a list by it.

    Example: digest suppression remove ana@example.org --why "mailbox works again"
    """
    reason = unsuppress_address(
        database(), settings(), address, why=why, now=utc_now(), actor=actor()
    )
    _say(f"{address} may get mail again; it was suppressed as {reason.value}.")


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the suppressed addresses, the latest first.

    Example: digest suppression list
    """
    saw("suppressed addresses", noun="people")
    kept = list_suppressions(database(), limit=limit)
    if as_json:
        print_json(kept)
        return
    table = Table("address", "reason", "since", "note", box=None)
    for row in kept:
        shown = row.address or f"(erased, {row.address_hash[:8]}…)"
        table.add_row(
            escape(shown), row.reason, f"{row.since:%Y-%m-%d %H:%M} UTC", escape(row.note or "")
        )
    console.print(table)


def _say(line: str) -> None:
    console.print(line, soft_wrap=True, markup=False, highlight=False)
