"""``make faults``: each fault in its full form, and one table of what it did.

    python -m tests.faults               all of them
    python -m tests.faults R-01 R-06     those whose names begin so
    python -m tests.faults --short       the forms that `make test` plays

Exit status 1 when anything was lost, a bound was broken, or something took too long.
"""

import argparse
import sys
import tempfile
import traceback
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.faults.stage import Finding, Stage, W
from tests.faults.table import FAULTS, Fault

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
    findings: list[tuple[str, Finding | str]] = []
    with tempfile.TemporaryDirectory(prefix="digest-faults-") as folder:
        for name, fault in chosen.items():
            print(f"{name} …", file=sys.stderr, flush=True)
            findings.append((name, _play(fault, Path(folder) / name, full=not options.short)))
    return _report(findings, is_all=len(chosen) == len(FAULTS) and not options.short)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.faults", description="Play faults.")
    parser.add_argument("names", nargs="*", help="Beginnings of names; all where none is given.")
    parser.add_argument("--short", action="store_true", help="The short forms.")
    return parser.parse_args()


def _play(fault: Fault, folder: Path, *, full: bool) -> Finding | str:
    """What was found, or why it could not be played to the end."""
    folder.mkdir()
    try:
        with Stage(folder) as stage:
            return fault.play(stage, full=full)
    except Exception as error:  # noqa: BLE001 - one broken fault does not hide the others
        traceback.print_exc()
        return f"{type(error).__name__}: {error}"


def _report(findings: list[tuple[str, Finding | str]], *, is_all: bool) -> int:
    table = Table("fault", "runs", "lost", "copies", "bound", "most for one", "seconds", "limit")
    for column in table.columns[1:]:
        column.justify = "right"
    problems = []
    for name, found in findings:
        if isinstance(found, str):
            table.add_row(name, "-", "-", "-", "-", "-", "-", "-", style="red")
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
