"""``digest source`` and ``digest collect``: where briefs come from."""

from typing import Annotated

import typer
from rich.table import Table

from digest.actions.collect_source import CollectReport
from digest.actions.collect_sources import collect_all, sources_to_collect
from digest.actions.sources import create_source, enable_source, remove_source
from digest.cli.context import actor, console, database, print_json, progress, settings
from digest.clock import utc_now
from digest.domain.errors import Permanent
from digest.domain.states import SourceKind
from digest.store.sources import Source, all_sources

app = typer.Typer(no_args_is_help=True, help="Sources: where briefs come from.")


@app.command()
def add(
    slug: Annotated[str, typer.Argument(help="A short name of your choice.")],
    url: Annotated[str, typer.Argument(help="A site, feed, WordPress API, page, or folder.")],
    kind: Annotated[
        SourceKind | None, typer.Option(help="What it is; default: look and find out.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The name that readers see.")] = None,
    every: Annotated[int, typer.Option(help="Seconds between two looks.")] = 900,
    base_url: Annotated[
        str | None, typer.Option(help="Where a folder's files are published.")
    ] = None,
) -> None:
    """Add a source. A site's own feed or API is found by itself.

    Example: digest source add ledger https://ledger.example/ --name "The Ledger"
    """
    found, address = create_source(
        database(),
        settings(),
        slug=slug,
        url=url,
        kind=kind,
        name=name,
        every_seconds=every,
        base_url=base_url,
        now=utc_now(),
        actor=actor(),
    )
    console.print(f"Added {slug}: {found.value} at {address}", soft_wrap=True)


@app.command("list")
def list_(
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show all sources: when each was read last, and what went wrong.

    Example: digest source list
    """
    with database().read() as session:
        sources = all_sources(session)
    if json:
        print_json([_as_json(source) for source in sources])
        return
    table = Table("source", "kind", "last read", "next look", "state", box=None)
    for source in sources:
        state = source.error or ("on" if source.enabled else "off")
        table.add_row(
            source.slug,
            source.kind,
            _when(source.last_success_at),
            _when(source.next_try_at) if source.enabled else "never",
            state,
        )
    console.print(table)


@app.command()
def remove(slug: str) -> None:
    """Stop reading a source; its briefs stay.

    Example: digest source remove ledger
    """
    remove_source(database(), slug, now=utc_now(), actor=actor())
    console.print(f"{slug} is not read any more.")


@app.command()
def enable(slug: str) -> None:
    """Read a source again that was removed.

    Example: digest source enable ledger
    """
    enable_source(database(), slug, now=utc_now(), actor=actor())
    console.print(f"{slug} is read again.")


def collect(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Which sources; default: all.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Look at sources now, whether due or not, and store what is new.

    Exit status 1 if any source failed. Example: digest collect ledger
    """
    db = database()
    ids = sources_to_collect(db, sources or [])
    with progress("Collecting", total=len(ids)) as done:
        reports = sorted(
            collect_all(db, settings(), ids, utc_now(), done=done), key=lambda r: r.source
        )
    if json:
        print_json(reports)
    else:
        _show(reports)
    failed = sum(report.error is not None for report in reports)
    if failed:
        raise Permanent(f"{failed} of {len(reports)} sources failed; the others were stored.")


def _show(reports: list[CollectReport]) -> None:
    table = Table("source", "new", "updated", "unchanged", "remarks", box=None)
    for report in reports:
        remarks = report.error or ("not modified" if report.not_modified else "")
        if report.skipped:
            first = report.skipped[0]
            remarks += f" skipped {len(report.skipped)}: {first.what}: {first.reason}"
        table.add_row(
            report.source,
            str(report.new),
            str(report.updated),
            str(report.unchanged),
            remarks.strip(),
        )
    console.print(table)


def _when(moment: object) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "never"


def _as_json(source: Source) -> dict[str, object]:
    return {
        "source": source.slug,
        "name": source.name,
        "kind": source.kind,
        "url": source.url,
        "enabled": source.enabled,
        "last_success": source.last_success_at,
        "next_try": source.next_try_at,
        "failures": source.failures,
        "error": source.error,
    }
