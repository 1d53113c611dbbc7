"""All benchmarks one after the other: ``python -m bench``; or one: ``python -m bench NAME …``.

Each runs in a process of its own, so that none inherits another's memory, and none keeps the others
from running. Exit status 1 where one missed an aim that it insists on, or broke.

To add one: write a module with a ``main()`` that can be run beside this one, and name it in
``BENCHES``.
"""

import subprocess
import sys

BENCHES = (
    "extract",
    "render",
    "collect",
    "people",
    "one_click",
    "deliver",
    "flood",
    "keep",
    "bounces",
    "desk",
)


def main() -> None:
    names, options = sys.argv[1:2] or BENCHES, sys.argv[2:]
    for name in names:
        if name not in BENCHES:
            sys.exit(f"There is no benchmark {name!r}; there are: {', '.join(BENCHES)}.")
    failed = [name for name in names if not _runs_well(name, options)]
    if failed:
        sys.exit(f"Not as it should be: {', '.join(failed)}.")


def _runs_well(name: str, options: list[str]) -> bool:
    print(f"== {name}", flush=True)
    return subprocess.run([sys.executable, "-m", f"bench.{name}", *options]).returncode == 0


if __name__ == "__main__":
    main()
