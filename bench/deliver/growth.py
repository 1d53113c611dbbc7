"""Whether a large campaign costs more for each recipient than a small one:
``python -m bench.deliver growth [--recipients N] [--small N]``.

Campaigns of both sizes take turns with the reference. Aims: the time for a recipient, as a ratio
to the reference beside it, within 10 %; private memory of a sender at most 120 MB, and at most
10 % more after the large campaign than after one of ``--tiny`` recipients.
"""

import argparse
from dataclasses import asdict

from bench.deliver.campaign import REFERENCE, mean_of, reference, run, show, start
from bench.deliver.engine import sink
from bench.deliver.results import keep
from bench.deliver.service import service


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipients", type=int, default=1_000_000)
    parser.add_argument("--small", type=int, default=50_000)
    parser.add_argument("--tiny", type=int, default=10_000)
    options = parser.parse_args()
    sizes = {"tiny": options.tiny, "small": options.small, "large": options.recipients}
    runs, ratios = {}, {}
    with sink(pinned=False) as port, service(port) as running:
        for slug, size in sizes.items():
            running.add_people(slug, size)
        start(running, 2)
        for slug, size in sizes.items():
            before = reference(port, size)
            runs[slug] = run(running, slug, size)
            beside = mean_of(before, reference(port, size))
            ratios[slug] = show(runs[slug], beside)
    growth = ratios["small"] / ratios["large"]
    memory = runs["large"].uss_mb / runs["tiny"].uss_mb
    print(f"  time for a recipient, large / small: {growth:.2f}   (aim 1.10 at most)")
    print(f"  memory, large / tiny: {memory:.2f}   (aim 1.10 at most, and 120 MB)")
    figures = {
        "reference": REFERENCE,
        "time_ratio": round(growth, 3),
        "memory_ratio": round(memory, 3),
        "runs": {slug: asdict(found) for slug, found in runs.items()},
    }
    keep("growth", figures)


if __name__ == "__main__":
    main()
