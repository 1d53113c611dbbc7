"""Benchmarks of delivery: ``python -m bench.deliver`` runs all, or one: ``… NAME [options]``.

Each writes what it found, with facts about the machine, to ``bench/results``.
"""

import sys
from importlib import import_module

NAMES = ("engine", "campaign", "growth", "far", "one_machine", "signing")


def main() -> None:
    names, options = sys.argv[1:2] or NAMES, sys.argv[2:]
    for name in names:
        if name not in NAMES:
            sys.exit(f"There is no benchmark of delivery {name!r}; there are: {', '.join(NAMES)}.")
        print(f"== {name}", flush=True)
        sys.argv = [f"bench.deliver.{name}", *options]
        import_module(f"bench.deliver.{name}").main()
