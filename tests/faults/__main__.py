"""``make faults``: each fault in its full form, and one table of what it did.

    python -m tests.faults               all of them
    python -m tests.faults R-01 R-06     those whose names begin so
    python -m tests.faults --short       the forms that `make test` plays
    python -m tests.faults --at-once 4   four next to each other: most of the time is waiting

Exit status 1 when anything was lost, a bound was broken, or something took too long.
"""

import argparse
import sys
import tempfile
import traceback
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.faults.stage import CannotBePlayed, Finding, Stage, Stopwatch, W
from tests.faults.table import FAULTS

Played = Finding | CannotBePlayed | str

PROMISE = (
    "0 lost, at most {w} copies per killed process and never three for one person, pause within "
    "3 s, recovery within 60 s of any component's return, reproduced by one command."
)


def main() -> int:
    options = _options()
    chosen = {n: fault for n, fault in FAULTS.items() if n.startswith(tuple(options.names or [""]))}
    if not chosen:
        print(f"There is no fault {' '.join(options.names)}; known: {' '.join(FAULTS)}.")
        return 2
    with (
        tempfile.TemporaryDirectory(prefix="digest-faults-") as folder,
        ThreadPoolExecutor(options.at_once) as pool,
    ):
        play = partial(_play, folder=Path(folder), full=not options.short)
        findings = dict(zip(chosen, pool.map(play, chosen), strict=True))
    return _report(findings, is_all=len(chosen) == len(FAULTS) and not options.short)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.faults", description="Play faults.")
    parser.add_argument("names", nargs="*", help="Beginnings of names; all where none is given.")
    parser.add_argument("--short", action="store_true", help="The short forms.")
    parser.add_argument("--at-once", type=int, default=1, help="So many next to each other.")
    return parser.parse_args()


def _play(name: str, *, folder: Path, full: bool) -> Played:
    """What was found, or why it could not be played, or not to the end."""
    watch = Stopwatch()
    print(f"{name} …", file=sys.stderr, flush=True)
    (folder / name).mkdir()
    try:
        with Stage(folder / name) as stage:
            finding = FAULTS[name].play(stage, full=full)
            took = f"played for {watch.seconds:.0f} s"
            print(name, *finding.columns, took, file=sys.stderr, flush=True)
            return finding
    except CannotBePlayed as reason:
        return reason
    except Exception as error:  # noqa: BLE001 - one broken fault does not hide the others
        traceback.print_exc()
        return f"{type(error).__name__}: {error}"


def _report(findings: dict[str, Played], *, is_all: bool) -> int:
    numbers = ("runs", "lost", "copies", "bound", "most for one", "seconds", "limit")
    table = Table("fault", *numbers, "and")
    for column in table.columns[1:-1]:
        column.justify = "right"
    problems = []
    for name, found in findings.items():
        if isinstance(found, CannotBePlayed):
            table.add_row(name, *"-" * len(numbers), f"not played: {found}")
            is_all = False
            continue
        if isinstance(found, str):
            table.add_row(name, *"-" * len(numbers), "broken", style="red")
            problems.append(f"{name}: {found}")
            continue
        table.add_row(name, *found.columns, style="red" if found.problems else None)
        problems += [f"{name}: {problem}" for problem in found.problems[:20]]
    console = Console(width=110)
    console.print(table)
    for problem in problems:
        console.print(problem, markup=False)
    if is_all and not problems:
        console.print(PROMISE.format(w=W), markup=False)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
