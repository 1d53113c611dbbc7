"""``digest db forget``: what is older than it is kept for."""

from collections import Counter
from typing import Annotated

import typer
from rich.table import Table

from digest.actions.forget_old import Old, forget_all, what_is_old
from digest.cli.context import console, database, parse_now, print_json, progress, settings


def forget(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is old.")] = False,
    now: Annotated[str | None, typer.Option(help="Another time than now, in ISO 8601.")] = None,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Forget now what the beat forgets little by little: see the settings DIGEST_…_DAYS.

    It goes in small steps, too, and may run while mail is being sent.
    Example: digest db forget --dry-run
    """
    moment = parse_now(now)
    old = what_is_old(database(), settings(), moment)
    if dry_run:
        _show(old, json=json)
        return
    gone: Counter[str] = Counter()
    with progress("forgetting", total=sum(one.rows for one in old)) as advance:
        for kind, n in forget_all(database(), settings(), moment):
            gone[kind] += n
            advance(n)
    if json:
        print_json(gone)
        return
    for kind, n in gone.items():
        console.print(f"{n:>11,} {kind}")
    console.print("Forgotten." if gone else "Nothing is old enough to be forgotten.")


def _show(old: list[Old], *, json: bool) -> None:
    if json:
        print_json(old)
        return
    table = Table("kind", "from before", "rows", box=None)
    table.columns[2].justify = "right"
    for one in old:
        before = f"{one.before:%Y-%m-%d}" if one.before else "kept for ever"
        table.add_row(one.kind, before, f"{one.rows:,}")
    console.print(table)
