"""``digest edition clicks``: how often the links of an edition were followed."""

from typing import Annotated

import typer
from rich.table import Table

from digest.actions.click_numbers import click_numbers
from digest.actions.show_edition import show_edition
from digest.cli.context import console, database, print_json


def clicks(
    name: Annotated[
        str, typer.Argument(metavar="ID", help="An edition's id, a list's slug, or `latest`.")
    ],
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show how often each link was followed, by all readers together.

    Example: digest edition clicks daily
    """
    found = click_numbers(database(), show_edition(database(), name).id)
    if json:
        print_json(found)
        return
    if found.clicks is None:
        console.print(f"No. {found.number} of {found.list_name} counts nothing.", highlight=False)
        return
    table = Table("clicks", "link", box=None)
    for one in found.links:
        table.add_row(f"{one.clicks:,}", one.url)
    console.print(table)
    opens = "" if found.opens is None else f", {found.opens:,} opens"
    console.print(f"{found.clicks:,} clicks{opens}.", highlight=False)
