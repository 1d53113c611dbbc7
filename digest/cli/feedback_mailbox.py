"""``digest feedback mailbox``: mailboxes that returned mail arrives in."""

from typing import Annotated

import typer
from rich.table import Table

from digest.actions.mailboxes import add_mailbox, enable_mailbox
from digest.actions.read_mailbox import read_mailbox
from digest.cli.context import actor, console, database, print_json, settings
from digest.clock import utc_now
from digest.store.mailboxes import all_mailboxes, find_mailbox

app = typer.Typer(no_args_is_help=True, help="Mailboxes that are read once a minute.")

Name = Annotated[str, typer.Argument(help="The mailbox's name here.")]


@app.command()
def add(
    name: Name,
    url: Annotated[str, typer.Argument(help="imaps://user:password@host/INBOX or maildir:///…")],
) -> None:
    """Read a mailbox from now on. Mails are deleted there once what they say is stored.

    Example: digest feedback mailbox add bounces "imaps://bounces:secret@mail.example/INBOX"
    """
    add_mailbox(database(), settings(), name=name, url=url, now=utc_now(), actor=actor())
    console.print(f"{name} is read from now on.")


@app.command()
def read(name: Name) -> None:
    """Read a mailbox now.

    Example: digest feedback mailbox read bounces
    """
    db = database()
    with db.begin() as session:
        mailbox = find_mailbox(session, name)
        mailbox.next_try_at = utc_now()
    counts = read_mailbox(db, settings(), mailbox.id, now=utc_now())
    with db.read() as session:
        error = find_mailbox(session, name).error
    words = ", ".join(f"{count} {what}" for what, count in counts.items()) or "no mail"
    console.print(error or f"{words}.", soft_wrap=True)


@app.command()
def disable(name: Name) -> None:
    """Read a mailbox no more.

    Example: digest feedback mailbox disable bounces
    """
    enable_mailbox(database(), name=name, enabled=False, now=utc_now(), actor=actor())
    console.print(f"{name} is read no more.")


@app.command()
def enable(name: Name) -> None:
    """Read a mailbox again.

    Example: digest feedback mailbox enable bounces
    """
    enable_mailbox(database(), name=name, enabled=True, now=utc_now(), actor=actor())
    console.print(f"{name} is read again.")


@app.command("list")
def list_(json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Show the mailboxes, when each was read, and what went wrong.

    Example: digest feedback mailbox list
    """
    with database().read() as session:
        rows = [
            {
                "mailbox": one.name,
                "url": one.url,
                "enabled": one.enabled,
                "last_success_at": one.last_success_at,
                "error": one.error,
            }
            for one in all_mailboxes(session)
        ]
    if json:
        print_json(rows)
        return
    table = Table("mailbox", "address", "read", "state", box=None)
    for row in rows:
        last = row["last_success_at"]
        state = str(row["error"] or ("well" if row["enabled"] else "not in use"))
        table.add_row(
            str(row["mailbox"]), str(row["url"]), f"{last:%Y-%m-%d %H:%M}" if last else "–", state
        )
    console.print(table)
