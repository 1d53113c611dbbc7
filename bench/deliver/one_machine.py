"""The service on one machine, without servers: ``python -m bench.deliver one_machine``.

SQLite (WAL, synchronous=FULL) with worker and beat as threads of one process, as ``digest up`` runs
them. The reference takes turns with it.
"""

import argparse
import os
import tempfile
from time import monotonic

from bench.deliver.campaign import REFERENCE, mean_of, reference
from bench.deliver.engine import sink
from bench.deliver.results import keep
from bench.deliver.service import Service
from digest.actions.relays import seed_relay
from digest.clock import utc_now
from digest.settings import load_settings
from digest.store import schema
from digest.store.engine import Database


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipients", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as home, sink(pinned=False) as port:
        before = reference(port, options.recipients)
        seconds = measured(home, port, options.recipients)
        beside = mean_of(before, reference(port, options.recipients)).rate
    rate = options.recipients / seconds
    print(
        f"  {options.recipients:,} recipients in {seconds:.0f} s: {rate:,.0f}/s; "
        f"{REFERENCE} {beside:,.0f}/s: ratio {rate / beside:.2f}"
    )
    figures = {
        "recipients": options.recipients,
        "seconds": round(seconds, 1),
        "rate": round(rate),
        "reference": REFERENCE,
        "ratio": round(rate / beside, 2),
    }
    keep("one_machine", figures)


def measured(home: str, port: int, recipients: int) -> float:
    """Seconds from the moment at which the campaign is due to its last state."""
    given = {
        "DIGEST_HOME": home,
        "DIGEST_SMTP_URL": f"smtp://127.0.0.1:{port}?starttls=none",
        "DIGEST_BASE_URL": "https://news.harbour.example",
        "DIGEST_LOG_LEVEL": "WARNING",
    }
    os.environ.update(given)
    settings = load_settings()
    db = Database(settings.database)
    schema.upgrade(db)
    seed_relay(db, settings, utc_now())
    running = Service(settings, db, given)
    running.add_people("harbour", recipients)
    from workers.embedded import EmbeddedWorkers  # reads the environment

    with EmbeddedWorkers():
        began = monotonic()
        running.wait(running.launch("harbour"), recipients)
        return monotonic() - began


if __name__ == "__main__":
    main()
