"""All commands under one roof."""

from typing import Annotated

import typer

from digest import __version__
from digest.cli import (
    brief,
    campaign,
    context,
    db,
    demo,
    edition,
    extract,
    feedback,
    key,
    list_signups,
    relay,
    run,
    source,
    subscriber,
    subscriber_files,
    suppression,
    throttle,
    token,
    up,
    user,
    web,
)
from digest.cli import list as list_

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="E-mail digests of a newsroom's briefs, with an account of every subscriber.",
)

for name, module in {
    "source": source,
    "brief": brief,
    "list": list_,
    "run": run,
    "edition": edition,
    "campaign": campaign,
    "subscriber": subscriber,
    "suppression": suppression,
    "feedback": feedback,
    "relay": relay,
    "throttle": throttle,
    "key": key,
    "user": user,
    "token": token,
    "db": db,
}.items():
    app.add_typer(module.app, name=name)

list_.app.command("signups")(list_signups.signups)
subscriber.app.command("import")(subscriber_files.import_)
subscriber.app.command("export")(subscriber_files.export)
app.command("extract")(extract.extract)
app.command("collect")(source.collect)
app.command("web")(web.web)
app.command("up")(up.up)
app.command("demo")(demo.demo)


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    actor: Annotated[
        str | None, typer.Option(help="Who acts, for the audit; default: the system user.")
    ] = None,
) -> None:
    """Options that stand before the command's name."""
    context.set_actor(actor)
    if version:
        print(__version__)
        raise typer.Exit
