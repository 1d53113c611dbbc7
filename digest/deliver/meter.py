"""What a sender counts for Prometheus."""

from collections import Counter
from collections.abc import Collection, Sequence
from uuid import UUID

from digest import metrics
from digest.deliver.books import Entry


def count_results(results: Sequence[Entry], recorded: Collection[UUID]) -> None:
    """By the state that each led to; what was no longer ours, apart."""
    states = Counter(outcome.state.value for claimed, outcome in results if claimed.id in recorded)
    for state, n in states.items():
        metrics.count(metrics.DELIVERIES, n, state=state)
    if len(recorded) < len(results):
        metrics.count(metrics.STALE_RESULTS, len(results) - len(recorded))


def count_seconds(seconds: float) -> None:
    """Of work."""
    metrics.count(metrics.SENDING_SECONDS, seconds)
