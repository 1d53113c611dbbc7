"""``digest suppression import`` and ``export``: the suppression list as a file."""

import sys
from pathlib import Path
from typing import Annotated, TextIO

import typer

from digest.actions.suppression_files import export_lines, export_suppressions, import_suppressions
from digest.cli.context import actor, console, database, errors, print_json_line, saw, settings
from digest.clock import utc_now
from digest.domain.errors import Illegal
from digest.store.engine import Database


def import_(
    file: Annotated[Path, typer.Argument(help="A CSV, or a text with an address on each line.")],
) -> None:
    """Suppress every address of a file; what was suppressed before keeps its reason.

    Takes what `export` writes, and other services' lists: the column is found by its header
    (address, email). Bad lines are named on standard error and stop nothing.

    Example: digest suppression import suppressed.csv
    """
    try:
        with file.open(encoding="utf-8", errors="replace", newline="") as lines:
            found = import_suppressions(
                database(), settings(), lines, now=utc_now(), actor=actor(), on_reject=_say_reject
            )
    except OSError as error:
        raise Illegal(f"{file} can't be read ({error.strerror}).") from None
    console.print(
        f"{found.added} added, {found.known} suppressed before, {found.rejected} rejected."
    )


def export(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file; standard output by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON object on each line.")] = False,
) -> None:
    """Write every suppression as CSV or JSON lines; erased addresses by their hash alone.

    Example: digest suppression export -o suppressed.csv
    """
    saw("suppressed addresses", noun="people")
    try:
        if output is None:
            _write(database(), sys.stdout, as_json=as_json)
        else:
            with output.open("w", encoding="utf-8", newline="") as file:
                _write(database(), file, as_json=as_json)
    except OSError as error:
        raise Illegal(f"{output} can't be written ({error.strerror}).") from None


def _write(db: Database, file: TextIO, *, as_json: bool) -> None:
    if as_json:
        for one in export_suppressions(db):
            print_json_line(one, file)
        return
    file.writelines(export_lines(db))


def _say_reject(line: int, why: str) -> None:
    errors.print(f"line {line}: {why}", soft_wrap=True, markup=False, highlight=False)
