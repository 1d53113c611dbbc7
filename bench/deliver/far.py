"""A relay far away: ``python -m bench.deliver far``.

Each reply of the sink takes the round trip; a message of ours costs one. Aim: 0.9 times
connections / (2 x round trip) messages a second, the rate of a client that waits for DATA's reply
and for the dot's.
"""

import argparse

from bench.deliver.engine import sink, speed
from bench.deliver.results import keep


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=4_000)
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--round-trip-ms", type=float, default=40.0)
    options = parser.parse_args()
    with sink(options.round_trip_ms) as port:
        rate = speed("engine", port, options.messages, options.connections).rate
    ratio = rate * 2 * options.round_trip_ms / 1000 / options.connections
    print(f"  {rate:,.0f} messages/s = {ratio:.2f} x connections / (2 x round trip)  (aim 0.9)")
    keep("far", {"rate": round(rate), "ratio": round(ratio, 2), **vars(options)})


if __name__ == "__main__":
    main()
