"""``digest brief``: what was collected, and briefs written by hand."""

from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from digest.actions.add_brief import add_brief
from digest.cli.context import actor, console, database, parse_id, print_json
from digest.clock import utc_now
from digest.store.briefs import Brief, find_brief, latest_briefs

app = typer.Typer(no_args_is_help=True, help="Briefs: what was collected.")


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(help="How many, the newest first.")] = 20,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show the briefs that arrived last.

    Example: digest brief list --limit 5
    """
    with database().read() as session:
        briefs = latest_briefs(session, limit)
    if json:
        print_json([_as_json(brief) for brief in briefs])
        return
    table = Table("arrived", "source", "title", "bullets", "id", box=None)
    for brief in briefs:
        table.add_row(
            f"{brief.arrived_at:%Y-%m-%d %H:%M}",
            brief.source.slug,
            brief.title,
            str(len(brief.bullets)),
            str(brief.id),
        )
    console.print(table)


@app.command()
def show(
    brief_id: Annotated[str, typer.Argument(metavar="ID")],
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show one brief whole.

    Example: digest brief show 0198c1f2-…
    """
    with database().read() as session:
        brief = find_brief(session, parse_id(brief_id))
    if json:
        print_json(_as_json(brief))
        return
    console.print(f"[bold]{brief.title}[/bold]\n{brief.url}\n", soft_wrap=True)
    for bullet in brief.bullets:
        console.print(f"  • {bullet}")
    for paragraph in brief.body:
        console.print(f"\n{paragraph}")
    for story in brief.related:
        console.print(f"\n  → {story.title}  {story.url or ''}", soft_wrap=True)


@app.command()
def add(
    title: Annotated[str, typer.Option(help="The headline.")],
    url: Annotated[str, typer.Option(help="Where it can be read.")],
    source: Annotated[str, typer.Option(help="The source that it counts to.")],
    bullet: Annotated[list[str] | None, typer.Option(help="A BLUF bullet; repeat it.")] = None,
    teaser: Annotated[str, typer.Option(help="A sentence or two.")] = "",
    category: Annotated[list[str] | None, typer.Option(help="A category; repeat it.")] = None,
) -> None:
    """Add a brief by hand, as if its source had brought it.

    Example: digest brief add --title "Ferries stop" --url https://ledger.example/ferries
    --source ledger --bullet "All lines halt at noon."
    """
    brief_id: UUID = add_brief(
        database(),
        source_slug=source,
        title=title,
        url=url,
        bullets=tuple(bullet or ()),
        teaser=teaser,
        categories=tuple(category or ()),
        now=utc_now(),
        actor=actor(),
    )
    console.print(f"Added {brief_id}")


def _as_json(brief: Brief) -> dict[str, object]:
    return {
        "id": brief.id,
        "source": brief.source.slug,
        "title": brief.title,
        "url": brief.url,
        "bluf": brief.bullets,
        "body": brief.body,
        "teaser": brief.teaser,
        "author": brief.author,
        "language": brief.language,
        "categories": brief.categories,
        "published": brief.published_at,
        "arrived": brief.arrived_at,
        "related": [story.as_link() for story in brief.related],
    }
