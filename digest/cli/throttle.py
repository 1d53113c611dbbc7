"""``digest throttle``: how fast mail goes to a recipient domain, and who asked for less."""

from typing import Annotated

import typer
from rich.table import Table

from digest.actions.list_throttles import list_throttles
from digest.actions.throttles import set_domain_rate
from digest.cli.context import actor, console, database, print_json
from digest.clock import utc_now

app = typer.Typer(no_args_is_help=True, help="Throttles: how fast mail goes where.")

Domain = Annotated[str, typer.Argument(help="A recipient domain; `*` is each without its own.")]


@app.command("set")
def set_(domain: Domain, rate: Annotated[str, typer.Argument(help="Such as 20/s.")]) -> None:
    """Limit the mail to a recipient domain, over all senders and relays; acts within seconds.

    Rates: 20/s, 1200/min, 5000/h, 50000/day. For a relay's rate, see `digest relay set`.
    Example: digest throttle set gmail.example 20/s
    """
    spelled = set_domain_rate(database(), domain, rate, now=utc_now(), actor=actor())
    console.print(f"{domain} gets {spelled} at most.")


@app.command()
def clear(domain: Domain) -> None:
    """Take the limit of a domain away, also one that it asked for itself.

    Example: digest throttle clear gmail.example
    """
    set_domain_rate(database(), domain, None, now=utc_now(), actor=actor())
    console.print(f"{domain} has no limit of its own.")


@app.command("list")
def list_(json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Show all limits: set by hand, warming up, or slowed down because somebody asked for it.

    Example: digest throttle list
    """
    found = list_throttles(database(), utc_now())
    if json:
        print_json(found)
        return
    table = Table("what", "name", "limit", "now", "why", box=None)
    for one in found:
        now = "-" if one.present_rate is None else f"{one.present_rate:.3g}/s"
        table.add_row(one.scope, one.name, one.rate or "-", now, one.why)
    console.print(table)
