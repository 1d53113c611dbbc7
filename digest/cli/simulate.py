"""``digest simulate``: what would have gone when to whom, sending nothing."""

from typing import Annotated

import typer
from rich.table import Table

from digest.actions.simulate import Played, simulate
from digest.cli.context import console, database, parse_now, print_json, progress


def simulate_(
    days: Annotated[int, typer.Option(help="How many, up to now.")] = 30,
    slug: Annotated[str | None, typer.Option("--list", help="Only this list.")] = None,
    now: Annotated[str | None, typer.Option(help="Up to this time (ISO 8601).")] = None,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Play the past runs again from stored briefs and cadences, and send nothing.

    Shows what would have gone when to how many, and why nothing would. Example: digest simulate
    --days 30 --list daily
    """
    played: list[Played] = []
    with progress("playing") as advance:
        for run in simulate(database(), days=days, now=parse_now(now), slug=slug):
            played.append(run)
            advance()
    if json:
        print_json([_as_json(run) for run in played])
    else:
        console.print(_as_table(played))


def _as_table(played: list[Played]) -> Table:
    table = Table("list", "stream", "when", "people", "until", "briefs", "what", box=None)
    for run in played:
        late = run.last_at if run.last_at and run.last_at > run.at else None
        table.add_row(
            run.list,
            run.stream.value,
            f"{run.local:%a %Y-%m-%d %H:%M %Z}",
            "–" if run.reason else f"{run.people:,}",
            f"{late.astimezone(run.local.tzinfo):%H:%M}" if late else "",
            f"{run.briefs}" if run.briefs else "",
            f"skipped: {run.reason}" if run.reason else run.subject,
        )
    return table


def _as_json(run: Played) -> dict[str, object]:
    return {
        "list": run.list,
        "stream": run.stream,
        "at": run.at,
        "local": run.local.isoformat(),
        "skipped": run.reason,
        "subject": run.subject,
        "briefs": run.briefs,
        "people": run.people,
        "nothing_in_topics": run.nothing_in_topics,
        "last_at": run.last_at,
    }
