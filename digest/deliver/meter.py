"""What a sender counts for Prometheus."""

from collections import Counter
from collections.abc import Sequence

from digest import metrics
from digest.deliver.books import Entry


def count_results(recorded: Sequence[Entry], stale: int) -> None:
    """By the state that each led to; what was no longer ours, apart."""
    states = Counter(outcome.state for _, outcome in recorded)
    for state, n in states.items():
        metrics.count(metrics.DELIVERIES, n, state=state.value)
    if stale:
        metrics.count(metrics.STALE_RESULTS, stale)


def count_seconds(seconds: float) -> None:
    """Of work."""
    metrics.count(metrics.SENDING_SECONDS, seconds)
