"""The demonstration's accounts: one for each role, so that everybody can look at the desk."""

import secrets

from digest.actions.accounts import create_account
from digest.cli.context import console
from digest.clock import utc_now
from digest.domain.role import Role
from digest.store.engine import Database

DOMAIN = "morning-line.example"


def let_in(db: Database, port: int, *, actor: str) -> None:
    """Make the accounts, all with one password of this demonstration's own, and say it."""
    password = "-".join(secrets.token_hex(3) for _ in range(3))
    for role in Role:
        create_account(
            db,
            address=f"{role.value}@{DOMAIN}",
            roles={None: role},
            password=password,
            timezone="Europe/London",
            now=utc_now(),
            actor=actor,
        )
    addresses = ", ".join(f"{role.value}@{DOMAIN}" for role in Role)
    console.print(f"\n[bold]The desk[/bold] at http://127.0.0.1:{port}/desk")
    console.print(f"   sign in as {addresses}", soft_wrap=True)
    console.print(f"   with the password {password}", markup=False, highlight=False)
