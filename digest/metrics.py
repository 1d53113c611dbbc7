"""Numbers for Prometheus: few, and none of them says anything about a person.

``prometheus_client`` is imported when the first number is kept: by then a worker's children know
the folder that they share (``workers/metrics.py``), and who keeps none doesn't load it.
"""

import os
import threading
from dataclasses import dataclass
from functools import cache
from typing import Any

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # where it is set, processes add their numbers up in it


@dataclass(frozen=True, slots=True)
class Metric:
    """A number; by the conventions of Prometheus, what only grows ends in ``_total``."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """``counter`` or ``gauge``."""
        return "counter" if self.name.endswith("_total") else "gauge"


DELIVERIES = Metric(
    "digest_deliveries_total",
    "Results that senders recorded, by the state that they led to.",
    ("state",),
)
SENDING_SECONDS = Metric(
    "digest_sending_seconds_total", "Seconds that senders were at work, over all processes."
)
STALE_RESULTS = Metric(
    "digest_stale_results_total", "Results refused because the lease had gone to another sender."
)
LEASE_EXPIRATIONS = Metric(
    "digest_lease_expirations_total", "Deliveries taken up again because their sender had died."
)
QUEUE_AGE = Metric(
    "digest_queue_age_seconds",
    "How long the delivery that is due longest has waited for a sender; 0 where none is due.",
)
MESSAGES_REFUSED = Metric(
    "digest_messages_refused_total",
    "Messages of the broker that were not acted on: not JSON, no task of ours, or about no id.",
)
METRICS = (
    DELIVERIES,
    SENDING_SECONDS,
    STALE_RESULTS,
    LEASE_EXPIRATIONS,
    QUEUE_AGE,
    MESSAGES_REFUSED,
)

_one_at_a_time = threading.Lock()


def count(metric: Metric, amount: float = 1, **labels: str) -> None:
    """Add to a counter."""
    kept = _kept(metric)
    (kept.labels(**labels) if labels else kept).inc(amount)


def set_to(metric: Metric, value: float) -> None:
    """Set a gauge."""
    _kept(metric).set(value)


def exposition() -> tuple[bytes, str]:
    """All numbers of this process, or of those that share a folder with it, as Prometheus reads
    them; and the content type of that."""
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

    return generate_latest(_registry()), CONTENT_TYPE_LATEST


def serve(port: int) -> None:
    """Answer Prometheus on a port of its own, in a thread; ``OSError`` where it is taken."""
    from prometheus_client import start_http_server

    start_http_server(port, registry=_registry())


def _registry() -> Any:
    from prometheus_client import REGISTRY, CollectorRegistry
    from prometheus_client.multiprocess import MultiProcessCollector

    for metric in METRICS:
        _kept(metric)  # so that it is there before it is first counted
    if FOLDER not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # it has no types
    return registry


def _kept(metric: Metric) -> Any:
    with _one_at_a_time:  # threads may count for the first time at once
        return _made(metric)


@cache
def _made(metric: Metric) -> Any:
    from prometheus_client import Counter, Gauge

    if metric.kind == "counter":
        return Counter(metric.name, metric.meaning, metric.labels)
    return Gauge(metric.name, metric.meaning, metric.labels, multiprocess_mode="livemax")
