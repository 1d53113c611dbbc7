"""``digest run``: the occasions on which a list went out, or why it didn't."""

from typing import Annotated

import typer
from rich.table import Table

from digest.actions.run_now import run_now
from digest.cli.context import actor, console, database, print_json
from digest.clock import utc_now
from digest.domain.states import Stream
from digest.store.lists import all_lists, find_list
from digest.store.runs import recent_runs

app = typer.Typer(no_args_is_help=True, help="Runs: when a list went out, or why not.")


@app.command("list")
def list_(
    slug: Annotated[str | None, typer.Argument(metavar="LIST", help="Default: all lists.")] = None,
    limit: Annotated[int, typer.Option(help="How many, the newest first.")] = 20,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show the latest runs with their state and reason.

    Example: digest run list daily
    """
    with database().read() as session:
        names = {one.id: one.slug for one in all_lists(session)}
        runs = recent_runs(session, find_list(session, slug).id if slug else None, limit)
    rows = [
        {
            "run": run.id,
            "list": names[run.list_id],
            "stream": run.stream,
            "scheduled": run.scheduled_at,
            "state": run.state,
            "reason": run.reason,
        }
        for run in runs
    ]
    if json:
        print_json(rows)
        return
    table = Table("scheduled", "list", "stream", "state", "reason", box=None)
    for row in rows:
        table.add_row(
            f"{row['scheduled']:%Y-%m-%d %H:%M} UTC",
            *(str(row[key] or "") for key in ("list", "stream", "state", "reason")),
        )
    console.print(table)


@app.command()
def now(
    slug: Annotated[str, typer.Argument(metavar="LIST")],
    stream: Annotated[Stream, typer.Option(help="Which stream.")] = Stream.EACH,
    segment: Annotated[
        str | None, typer.Option(help="Whom of the list it goes to; see `digest list count`.")
    ] = None,
) -> None:
    """Start a run outside the cadence; workers do the rest.

    Example: digest run now daily
    """
    run_id = run_now(database(), slug, stream=stream, segment=segment, now=utc_now(), actor=actor())
    console.print(f"Planned {run_id}; see `digest run list {slug}`.")
