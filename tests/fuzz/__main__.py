"""``make fuzz``: each target for minutes, with inputs that differ each time, and one table.

    python -m tests.fuzz                        all of them, ten minutes each
    python -m tests.fuzz feeds pages            those alone
    python -m tests.fuzz --minutes 2

Each plays in a process of its own, two at once. What breaks one is made as small as it can be and
put into build/fuzz: mend the parser, then keep the input in tests/corpus/fuzz/TARGET. Exit status 1
where anything broke, or a target did nothing.
"""

import argparse
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.fuzz.play import BUILD, play
from tests.fuzz.targets import TARGETS


def main() -> int:
    options = _options()
    if options.alone:
        print(json.dumps(play(options.targets[0], options.minutes * 60)))
        return 0
    chosen = options.targets or list(TARGETS)
    if unknown := [name for name in chosen if name not in TARGETS]:
        print(f"There is no target {', '.join(unknown)}; known: {', '.join(TARGETS)}.")
        return 2
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda name: _apart(name, options.minutes), chosen))
    return _report(dict(zip(chosen, results, strict=True)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.fuzz", description="Attack each parser.")
    parser.add_argument("targets", nargs="*", help="Names of targets; all where none is given.")
    parser.add_argument("--minutes", type=float, default=10, help="For each target.")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _apart(name: str, minutes: float) -> dict[str, Any]:
    """One target in a process that may hang or die; what it was at is in a file then."""
    command = [sys.executable, "-m", "tests.fuzz", "--alone", "--minutes", str(minutes), name]
    print(f"{name} …", file=sys.stderr, flush=True)
    try:
        ran = subprocess.run(
            command, capture_output=True, text=True, timeout=minutes * 60 + 600, check=False
        )
        return dict(json.loads(ran.stdout.splitlines()[-1]))
    except (subprocess.TimeoutExpired, ValueError, IndexError) as error:
        why = ran.stderr[-300:] if not isinstance(error, subprocess.TimeoutExpired) else "it hung"
        return {"examples": 0, "seconds": 0.0, "broke": why, "input": str(BUILD / f"{name}.last")}


def _report(results: dict[str, dict[str, Any]]) -> int:
    table = Table("target", "inputs", "seconds", "a second", "what broke")
    for name, one in results.items():
        speed = one["examples"] / one["seconds"] if one["seconds"] else 0
        broke = f"{one['broke']} ({one['input']})" if one["broke"] else "nothing"
        table.add_row(name, f"{one['examples']:,}", f"{one['seconds']:.0f}", f"{speed:,.0f}", broke)
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    return int(any(one["broke"] or not one["examples"] for one in results.values()))


if __name__ == "__main__":
    Path("build").mkdir(exist_ok=True)
    sys.exit(main())
