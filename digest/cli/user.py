"""``digest user``: accounts of the staff, for the desk and the API."""

import sys
from typing import Annotated, Any

import typer
from rich.table import Table

from digest.actions.accounts import create_account, shown_roles
from digest.cli.context import actor, console, database, print_json
from digest.clock import utc_now
from digest.domain.errors import Illegal
from digest.domain.role import Role
from digest.store.accounts import Account, all_accounts

app = typer.Typer(no_args_is_help=True, help="Accounts of the staff: who may use the desk.")

RoleWords = Annotated[
    list[str],
    typer.Option(
        "--role",
        help="reader, editor, operator or admin; LIST:ROLE for one list alone. Repeat it.",
    ),
]


@app.command()
def add(
    address: str,
    role: RoleWords,
    name: Annotated[str, typer.Option(help="How pages call them.")] = "",
    timezone: Annotated[str, typer.Option(help="In which they read times.")] = "UTC",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Make an account. The password is asked for, twice.

    Example: digest user add edda@news.example --role editor --timezone Europe/London
    """
    create_account(
        database(),
        address=address,
        name=name,
        roles=parse_roles(role),
        password=new_password(from_stdin=password_stdin),
        timezone=timezone,
        now=utc_now(),
        actor=actor(),
    )
    console.print(f"{address} may sign in.")


@app.command("list")
def list_(json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Show all accounts with their roles.

    Example: digest user list --json
    """
    with database().read() as session:
        found = [(account, shown_roles(session, account)) for account in all_accounts(session)]
    if json:
        print_json([_row(account, roles) for account, roles in found])
        return
    table = Table("address", "name", "roles", "state", box=None)
    for account, roles in found:
        words = ", ".join(f"{slug}: {role}" for slug, role in roles.items())
        table.add_row(account.address, account.name, words or "none", _state(account))
    console.print(table)


def _row(account: Account, roles: dict[str, str]) -> dict[str, Any]:
    return {
        "address": account.address,
        "name": account.name,
        "roles": roles,
        "state": _state(account),
        "signed_in_at": account.signed_in_at,
    }


def _state(account: Account) -> str:
    if account.disabled_at is not None:
        return "disabled"
    return "may sign in" if account.password_hash else "invited"


def parse_roles(words: list[str]) -> dict[str | None, Role]:
    """``editor`` or ``daily:editor``, by the slug of the list."""
    found: dict[str | None, Role] = {}
    for word in words:
        slug, _, role = word.rpartition(":")
        try:
            found[slug or None] = Role(role.strip().lower())
        except ValueError:
            raise Illegal(f"{role!r} is not a role; there are {', '.join(Role)}.") from None
    return found


def new_password(*, from_stdin: bool) -> str:
    """A password that was typed twice, or piped in."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    given: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return given
