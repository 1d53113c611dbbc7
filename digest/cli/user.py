"""``digest user``: accounts of the staff, for the desk and the API."""

import sys
from typing import Annotated, Any

import typer
from rich.table import Table

from digest.actions.accounts import create_account, disable_account, set_roles, shown_roles
from digest.actions.passwords import invite, request_reset, set_password
from digest.cli.context import actor, console, database, print_json, settings
from digest.clock import utc_now
from digest.domain.errors import Illegal
from digest.domain.role import Role
from digest.store.accounts import Account, all_accounts, find_account

app = typer.Typer(no_args_is_help=True, help="Accounts of the staff: who may use the desk.")

RoleWords = Annotated[
    list[str],
    typer.Option(
        "--role",
        help="reader, editor, operator or admin; LIST:ROLE for one list alone. Repeat it.",
    ),
]

PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


@app.command()
def add(
    address: str,
    role: RoleWords,
    name: Annotated[str, typer.Option(help="How pages call them.")] = "",
    timezone: Annotated[str, typer.Option(help="In which they read times.")] = "UTC",
    password_stdin: PasswordStdin = False,
    invitation: Annotated[
        bool, typer.Option("--invite", help="Mail them a link to choose a password.")
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
        password=None if invitation else new_password(from_stdin=password_stdin),
        timezone=timezone,
        now=utc_now(),
        actor=actor(),
    )
    if invitation:
        invite(database(), settings(), address, now=utc_now(), actor=actor())
    console.print(f"{address} {'has mail' if invitation else 'may sign in'}.")


@app.command()
def role(address: str, role: RoleWords) -> None:
    """Give an account these roles and no others; it has to sign in again.

    Example: digest user role edda@news.example --role reader --role daily:editor
    """
    set_roles(database(), address, parse_roles(role), now=utc_now(), actor=actor())
    console.print(f"{address} has these roles now.")


@app.command()
def disable(address: str) -> None:
    """Shut an account out at once; what it did stays in the history.

    Example: digest user disable edda@news.example
    """
    disable_account(database(), address, disabled=True, now=utc_now(), actor=actor())
    console.print(f"{address} is shut out.")


@app.command()
def enable(address: str) -> None:
    """Let an account in again.

    Example: digest user enable edda@news.example
    """
    disable_account(database(), address, disabled=False, now=utc_now(), actor=actor())
    console.print(f"{address} may sign in again.")


@app.command()
def reset(
    address: str,
    password_stdin: PasswordStdin = False,
    mail: Annotated[bool, typer.Option("--mail", help="Mail them a link instead.")] = False,
) -> None:
    """Give an account another password; all its sessions end.

    Example: digest user reset edda@news.example --mail
    """
    if mail:
        with database().read() as session:
            find_account(session, address)
        if not request_reset(database(), settings(), address, now=utc_now(), actor=actor()):
            raise Illegal(f"{address} is disabled, or was mailed three links within the hour.")
        console.print(f"{address} has mail.")
        return
    password = new_password(from_stdin=password_stdin)
    set_password(database(), address, password, now=utc_now(), actor=actor())
    console.print(f"{address} has a new password.")


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
