"""``digest token``: what programs show to the API."""

from typing import Annotated

import typer
from rich.table import Table

from digest.actions.api_tokens import make_token, revoke_token
from digest.cli.context import actor, console, database, parse_id, print_json
from digest.clock import utc_now
from digest.domain.role import Role
from digest.store.accounts import find_account
from digest.store.api_tokens import tokens_of

app = typer.Typer(no_args_is_help=True, help="Tokens of the API.")


@app.command()
def make(
    address: Annotated[str, typer.Argument(help="The account that it speaks for.")],
    name: Annotated[str, typer.Option(help="What it is for.")],
    role: Annotated[Role, typer.Option(help="The most it may do.")] = Role.READER,
    days: Annotated[int, typer.Option(help="How long it lives.")] = 90,
) -> None:
    """Make a token, and print it: it is not stored, and can't be shown again.

    Example: digest token make edda@news.example --name "nightly report" --role reader
    """
    _, secret = make_token(
        database(), address, name=name, role=role, days=days, now=utc_now(), actor=actor()
    )
    console.print(secret, soft_wrap=True, markup=False, highlight=False)


@app.command("list")
def list_(
    address: Annotated[str | None, typer.Argument(help="Default: of all accounts.")] = None,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show tokens: whose, how long they live, when they were used.

    Example: digest token list
    """
    with database().read() as session:
        owner = find_account(session, address).id if address else None
        found = tokens_of(session, owner)
    rows = [
        {
            "token": token.id,
            "account": account,
            "name": token.name,
            "role": token.role,
            "expires_at": token.expires_at,
            "used_at": token.used_at,
            "revoked_at": token.revoked_at,
        }
        for token, account in found
    ]
    if json:
        print_json(rows)
        return
    table = Table("token", "account", "name", "role", "until", "used", box=None)
    for token, account in found:
        until = "revoked" if token.revoked_at else f"{token.expires_at:%Y-%m-%d}"
        used = f"{token.used_at:%Y-%m-%d %H:%M} UTC" if token.used_at else "never"
        table.add_row(str(token.id), account, token.name, token.role, until, used)
    console.print(table)


@app.command()
def revoke(token: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """End a token at once.

    Example: digest token revoke 0198c1f2-…
    """
    revoke_token(database(), parse_id(token), now=utc_now(), actor=actor())
    console.print("Revoked.")
