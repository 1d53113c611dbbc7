"""``digest relay``: where mail is handed over."""

from typing import Annotated, Any

import typer
from rich.table import Table

from digest.actions.relays import add_relay, enable_relay, limit_connections, weigh_relay
from digest.actions.throttles import set_relay_rate, set_warm_up
from digest.cli.context import actor, console, database, print_json, settings
from digest.clock import utc_now
from digest.domain.errors import Illegal
from digest.domain.warm_up import WarmUp
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
    rate: Annotated[
        str | None, typer.Option(help="Most mails: 100/s, 6000/min, 50000/day; or none.")
    ] = None,
    connections: Annotated[
        int | None, typer.Option(help="Most connections, over all senders; 0: any number.")
    ] = None,
    warm_up: Annotated[
        int | None, typer.Option(help="Mails on day 1, from now on; 0 ends the warm-up.")
    ] = None,
    warm_up_factor: Annotated[float, typer.Option(help="Times as many on each next day.")] = 2,
    warm_up_days: Annotated[int, typer.Option(help="How many days it lasts.")] = 14,
) -> None:
    """Change how a relay is used, also while a campaign is sent; acts within seconds.

    Example: digest relay set main --weight 3 --rate 100/s --warm-up 500
    """
    given: dict[str, Any] = {"db": database(), "name": name, "now": utc_now(), "actor": actor()}
    if weight is None and rate is None and connections is None and warm_up is None:
        raise Illegal("Say what to change: --weight, --rate, --connections or --warm-up.")
    if weight is not None:
        weigh_relay(**given, weight=weight)
    if rate is not None:
        set_relay_rate(**given, rate=None if rate == "none" else rate)
    if connections is not None:
        limit_connections(**given, connections=connections or None)
    if warm_up is not None:
        ramp = WarmUp(warm_up, warm_up_factor, warm_up_days, given["now"]) if warm_up else None
        set_warm_up(**given, warm_up=ramp)
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
            "connections": relay.connections,
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
