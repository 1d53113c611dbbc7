"""What limits cost a sender that they don't hold back: ``python -m bench.deliver.limits``.

One sender, PostgreSQL, a sink on the other core; each campaign goes to people of 97 domains. In
turns: without limits, with a rate of the relay, with a rate of each domain, with both. Ratios are
to the run without limits of the same round.
"""

import argparse
import threading
from statistics import median
from time import perf_counter

from rich.progress import track

from bench.deliver.engine import sink
from bench.deliver.service import Service, service
from digest.actions.deliver_campaign import deliver_campaign
from digest.actions.start_campaign import start_campaign
from digest.actions.throttles import set_domain_rate, set_relay_rate
from digest.clock import utc_now
from digest.domain.states import DeliveryState
from digest.log import configure_logging

AMPLE = "999999/s"
CASES = {
    "no limits": (None, None),
    "a rate of the relay": (AMPLE, None),
    "a rate of each domain": (None, AMPLE),
    "both": (AMPLE, AMPLE),
}


def run(running: Service, slug: str, relay_rate: str | None, domain_rate: str | None) -> float:
    """Messages a second of one campaign with one sender."""
    who = {"now": utc_now(), "actor": "bench"}
    set_relay_rate(running.db, "default", relay_rate, **who)
    set_domain_rate(running.db, "*", domain_rate or AMPLE, **who)
    if domain_rate is None:
        set_domain_rate(running.db, "*", None, **who)
    campaign_id = running.launch(slug)
    start_campaign(running.db, running.settings, campaign_id, utc_now())
    began = perf_counter()
    report = deliver_campaign(
        running.db,
        running.settings,
        campaign_id,
        clock=utc_now,
        stop=threading.Event(),
        seconds=600,
    )
    return report.counts[DeliveryState.SENT] / (perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000, help="of each campaign")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    configure_logging(level="ERROR")
    rates: dict[str, list[float]] = {name: [] for name in CASES}
    with sink() as port, service(port) as running:
        running.add_people("limits", options.messages)
        for _ in track(range(options.rounds), "Measuring", transient=True):
            for name, limits in CASES.items():
                rates[name].append(run(running, "limits", *limits))
    for name, found in rates.items():
        pairs = zip(found, rates["no limits"], strict=True)
        ratio = median(a / b for a, b in pairs)
        print(f"  {name:24}{median(found):8,.0f} messages/s   {ratio:.2f}")


if __name__ == "__main__":
    main()
