"""``digest subscriber import`` and ``export``: people as files."""

import csv
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from rich.progress import DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from digest.actions.export_subscribers import COLUMNS, Exported, export_subscribers
from digest.actions.gone_elsewhere import Parting
from digest.actions.import_subscribers import Fate, Imported, import_subscribers
from digest.audience.table import Origin, Part, Reject, Service, Standing, parts_of
from digest.audience.table.cells import quoted
from digest.cli.context import (
    actor,
    console,
    database,
    errors,
    print_json,
    print_json_line,
    saw,
    settings,
)
from digest.clock import utc_now
from digest.domain.address_flags import Flag
from digest.domain.errors import Illegal

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_SAYS = {
    Fate.ADDED: "on the list now",
    Fate.CONFIRMED: "confirmed now",
    Fate.UNCHANGED: "there already; their own choices stay",
    Fate.LEFT: "left the list before; not brought back",
    Fate.SUPPRESSED: "suppressed; not added",
}
_SAYS_GONE = {
    Parting.BARRED: "bounced or blocklisted there; suppressed now",
    Parting.KEPT_AWAY: "left there; no import brings them to this list",
    Parting.TAKEN_OFF: "left there; an import had put them on the list, now they are off it",
    Parting.KNOWN: "gone there; known as gone here, or they asked for this list here",
}


def import_(
    file: Annotated[Path, typer.Argument(help="A CSV or TSV file, or a service's export.")],
    list_slug: Annotated[str, typer.Option("--list", help="The list's slug.")],
    service: Annotated[
        Service | None, typer.Option("--from", help="The service whose export it is.")
    ] = None,
    standing: Annotated[
        Standing | None,
        typer.Option("--as", help="How the people of the export stood there; with --from."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")
    ] = False,
    rejects: Annotated[
        Path | None,
        typer.Option(help="Where rows go that can't be taken; FILE.rejects.csv by default."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put the people of a table on a list, confirmed: those who left and the suppressed stay away.

    Columns are found by their header (email, name, topics, hour, timezone, language, stream, text
    only, status); others are kept as attributes. Importing a file twice changes nothing.

    With --from listmonk (and --as) or --from mailchimp, an export as it came: who left there is
    kept away from the list, who bounced or was blocklisted is suppressed.

    Example: digest subscriber import readers.csv --list morning --dry-run
    """
    done: list[dict[str, Any]] = []
    with parts_of(file, Origin(service, standing)) as parts:
        for part in parts:
            target = rejects or file.with_name(f"{part.path.name}.rejects.csv")
            if rejects and len(parts) > 1:
                target = rejects.with_name(f"{part.path.stem}.{rejects.name}")
            found = _import_part(part, list_slug, target, dry_run=dry_run)
            if as_json:
                done.append({"file": part.path.name, **_as_json(found, target)})
                continue
            if len(parts) > 1:
                _say(f"{part.path.name}:")
            _say_what_was_read(found)
            _say_what_was_done(found, list_slug, target)
    if as_json:
        print_json(done if len(done) > 1 else done[0])


def _import_part(part: Part, list_slug: str, rejects: Path, *, dry_run: bool) -> Imported:
    with _reject_file(rejects) as on_reject, _bytes_bar(part.path) as on_bytes:
        return import_subscribers(
            database(),
            settings(),
            part.path,
            list_slug=list_slug,
            now=utc_now(),
            actor=actor(),
            form=part.form,
            dry_run=dry_run,
            on_reject=on_reject,
            on_bytes=on_bytes,
        )


def export(
    list_slug: Annotated[
        str | None, typer.Option("--list", help="The list's slug; all lists by default.")
    ] = None,
    state: Annotated[
        list[str] | None,
        typer.Option(help="pending, confirmed, paused or unsubscribed; may be repeated."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file; standard output by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON each, not CSV.")] = False,
    raw: Annotated[
        bool,
        typer.Option(
            "--raw", help="Leave cells as they are; a spreadsheet may take one for a formula."
        ),
    ] = False,
) -> None:
    """Write the people of a list as CSV or JSON lines.

    Example: digest subscriber export --list morning --state confirmed -o readers.csv
    """
    saw("people of a list", noun="mailing_list", noun_id=list_slug or "all")
    people = export_subscribers(database(), list_slug=list_slug, states=state or [], now=utc_now())
    with _output(output) as stream:
        if as_json:
            _write_json(stream, people)
        else:
            _write_csv(stream, people, str if raw else quoted)


def _write_json(stream: TextIO, people: Iterator[Exported]) -> None:
    for one in people:
        print_json_line(asdict(one), stream)


def _write_csv(stream: TextIO, people: Iterator[Exported], cell: Callable[[str], str]) -> None:
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    for one in people:
        writer.writerow(cell(str(getattr(one, name))) for name in COLUMNS)


@contextmanager
def _output(path: Path | None) -> Iterator[TextIO]:
    if path is None:
        yield sys.stdout
        return
    try:
        stream = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise Illegal(f"{path} can't be written: {error.strerror or error}.") from None
    with stream:
        yield stream


@contextmanager
def _reject_file(path: Path) -> Iterator[Callable[[Reject], None]]:
    """Made with the first reject; cells in it start no formula."""
    stream: TextIO | None = None

    def write(reject: Reject) -> None:
        nonlocal stream
        if stream is None:
            stream = path.open("w", encoding="utf-8", errors="backslashreplace", newline="")
            csv.writer(stream).writerow(("line", "reason", "row"))
        cells = (quoted(cell[:1_000]) for cell in reject.cells[:100])
        csv.writer(stream).writerow((reject.line, quoted(reject.reason), *cells))

    try:
        yield write
    except OSError as error:
        raise Illegal(f"{path} can't be written: {error.strerror or error}.") from None
    finally:
        if stream is not None:
            stream.close()


@contextmanager
def _bytes_bar(file: Path) -> Iterator[Callable[[int], None]]:
    columns = TextColumn("Import"), DownloadColumn(), TimeRemainingColumn()
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("import", total=file.stat().st_size if file.is_file() else None)
        yield lambda position: bar.update(task, completed=position)


def _say_what_was_read(found: Imported) -> None:
    names = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
    columns = ", ".join(f"{what} in column {at + 1}" for what, at in found.columns.items())
    _say(f"Read as {found.encoding}, {names[found.delimiter]} between cells: {columns}.")
    if found.attributes:
        _say(f"Kept as attributes: {', '.join(found.attributes)}.")
    for one in found.preview:
        _say(f"  line {one.line}: {one.address}" + (f", {one.name}" if one.name else ""))


def _say_what_was_done(found: Imported, list_slug: str, target: Path) -> None:
    would = "Would import" if found.dry_run else "Imported"
    _say(f"{would} {found.rows:,} rows to {list_slug}:")
    for fate, says in _SAYS.items():
        if n := found.counts[fate]:
            _say(f"  {n:>9,} {says}")
    for parting, says in _SAYS_GONE.items():
        if n := found.partings[parting]:
            _say(f"  {n:>9,} {says}")
    if found.duplicates:
        _say(f"  {found.duplicates:>9,} more rows with an address that stood close before")
    for flag, n in found.flags.items():
        _say(f"  {n:>9,} of them with a {flag} address; see `digest list count`")
    if found.rejected:
        _say(f"  {found.rejected:>9,} rejected; each with its reason in {target}")


def _as_json(found: Imported, target: Path) -> dict[str, Any]:
    return {
        "rows": found.rows,
        **{fate.value: found.counts[fate] for fate in Fate},
        **{parting.value: found.partings[parting] for parting in Parting},
        "flags": {flag.value: found.flags[flag] for flag in Flag},
        "duplicates": found.duplicates,
        "rejected": found.rejected,
        "rejects": str(target) if found.rejected else None,
        "dry_run": found.dry_run,
        "columns": found.columns,
        "attributes": found.attributes,
        "encoding": found.encoding,
        "delimiter": found.delimiter,
    }


def _say(line: str) -> None:
    console.print(line, soft_wrap=True, markup=False, highlight=False)
