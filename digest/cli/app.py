"""All commands under one roof. Each is imported when it is called: most need little of the rest."""

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from digest import __version__
from digest.cli import context

# By its words: the module, the application or function in it, and what it is about.
COMMANDS = {
    "extract": (
        "extract",
        "extract",
        "What a page says: title, key points, body, related stories.",
    ),
    "collect": ("source", "collect", "Look at sources now, whether due or not."),
    "web": ("web", "web", "Serve the desk, the API and the pages that mails point to."),
    "up": ("up", "up", "Run the whole service in this process: pages, schedule and sending."),
    "doctor": ("doctor", "doctor", "Check each part, and what DNS says of the domains."),
    "simulate": ("simulate", "simulate_", "What would have gone when to whom; sends nothing."),
    "capacity": ("capacity", "capacity", "How long so many mails take, by measured figures."),
    "summary": ("summary", "summary", "What went, what did not and why."),
    "demo": ("demo", "demo", "Run the whole service on sample data, with a local inbox."),
    "source": ("source", "app", "Sources: where briefs come from."),
    "brief": ("brief", "app", "Briefs: what was collected."),
    "list": ("list", "app", "Mailing lists: what people subscribe to."),
    "run": ("run", "app", "Runs: when a list went out, or why not."),
    "edition": ("edition", "app", "Editions: what a list sends, and why."),
    "campaign": ("campaign", "app", "Campaigns: an edition on its way."),
    "subscriber": ("subscriber", "app", "The people on the lists."),
    "suppression": ("suppression", "app", "Addresses that get no mail, from any list."),
    "feedback": ("feedback", "app", "What came back: bounces, complaints, notices."),
    "relay": ("relay", "app", "Relays: where mail is handed over."),
    "throttle": ("throttle", "app", "Throttles: how fast mail goes where."),
    "key": ("key", "app", "DKIM keys: what mail is signed with, per domain."),
    "user": ("user", "app", "Accounts of the staff: who may use the desk."),
    "token": ("token", "app", "Tokens of the API."),
    "audit": ("audit", "app", "The audit: who changed what, and who saw whose data."),
    "db": ("db", "app", "Set the database up."),
    "backup": ("backup", "backup", "Copy the database into one file, while mail is sent."),
    "restore": ("restore", "restore", "Put a backup back, whole or not at all."),
}


class _Unread(TyperCommand):
    """A command, or a group of them, whose module was not imported yet."""

    def __init__(self, name: str, module: str, attribute: str, about: str) -> None:
        super().__init__(name, help=about)
        self._module, self._attribute = module, attribute

    def read(self) -> Any:
        """The command itself."""
        found = getattr(import_module(f"digest.cli.{self._module}"), self._attribute)
        if isinstance(found, typer.Typer):
            return typer.main.get_group(found)
        alone = typer.Typer(add_completion=False)
        alone.command(self.name)(found)
        return typer.main.get_command(alone)

    def make_context(self, *args: Any, **values: Any) -> Any:
        """Where a command's work begins, and its help."""
        return self.read().make_context(*args, **values)


class _Commands(TyperGroup):
    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        for name, where in COMMANDS.items():
            self.add_command(_Unread(name, *where))


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="E-mail digests of a newsroom's briefs, with an account of every subscriber.",
)


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


def whole_tree() -> Any:
    """The command `digest` with everything below it imported, for whoever walks through it."""
    digest: Any = typer.main.get_command(app)
    for name, command in digest.commands.items():
        digest.add_command(command.read(), name)
    return digest
