"""``digest relay``: where mail is handed over."""

from typing import Annotated

import typer
from rich.table import Table

from digest.actions.relays import add_relay, enable_relay, weigh_relay
from digest.cli.context import actor, console, database, print_json, settings
from digest.clock import utc_now
from digest.store.relays import all_relays

app = typer.Typer(no_args_is_help=True, help="Relays: where mail is handed over.")


@app.command()
def add(
    name: str,
    url: Annotated[str, typer.Argument(help="smtp://, smtps:// or maildir://")],
) -> None:
    """Add a relay, or give one another address. Passwords are stored sealed.

    Example: digest relay add main "smtp://news:secret@mail.example:587?starttls=require"
    """
    add_relay(database(), settings(), name=name, url=url, now=utc_now(), actor=actor())
    console.print(f"{name} is ready.")


@app.command()
def disable(name: str) -> None:
    """Take a relay out of use, from the next window on.

    Example: digest relay disable main
    """
    enable_relay(database(), name=name, enabled=False, now=utc_now(), actor=actor())
    console.print(f"{name} is out of use.")


@app.command()
def enable(name: str) -> None:
    """Take a relay into use again.

    Example: digest relay enable main
    """
    enable_relay(database(), name=name, enabled=True, now=utc_now(), actor=actor())
    console.print(f"{name} is in use.")


@app.command("set")
def set_(
    name: str,
    weight: Annotated[
        int | None, typer.Option(help="Its share; 0: only while all others rest.")
    ] = None,
) -> None:
    """Change how a relay is used, also while a campaign is sent; acts within seconds.

    Example: digest relay set main --weight 3
    """
    if weight is not None:
        weigh_relay(database(), name=name, weight=weight, now=utc_now(), actor=actor())
    console.print(f"{name} is changed.")


@app.command("list")
def list_(json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Show all relays, and which one rests because it failed.

    Example: digest relay list
    """
    with database().read() as session:
        relays = all_relays(session)
    rows = [
        {
            "relay": relay.name,
            "url": relay.url,
            "enabled": relay.enabled,
            "weight": relay.weight,
            "resting_until": relay.resting_until,
            "error": relay.error,
        }
        for relay in relays
    ]
    if json:
        print_json(rows)
        return
    table = Table("relay", "address", "in use", "weight", "state", box=None)
    for row in rows:
        table.add_row(
            str(row["relay"]),
            str(row["url"]),
            "yes" if row["enabled"] else "no",
            str(row["weight"]),
            str(row["error"] or "well"),
        )
    console.print(table)
