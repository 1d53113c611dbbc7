"""All benchmarks one after the other: ``python -m bench``; or one: ``python -m bench NAME …``.

To add one: write a module with a ``main()`` beside this one and name it in ``BENCHES``.
"""

import sys
from importlib import import_module

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
        print(f"== {name}", flush=True)
        sys.argv = [f"bench.{name}", *options]
        import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main()
