"""What a sender counts for Prometheus."""

from collections.abc import Mapping

from digest import metrics
from digest.domain.states import DeliveryState


def count_results(states: Mapping[DeliveryState, int], stale: int) -> None:
    """By the state that each led to; what was no longer ours, apart."""
    for state, n in states.items():
        metrics.count(metrics.DELIVERIES, n, state=state.value)
    if stale:
        metrics.count(metrics.STALE_RESULTS, stale)


def count_seconds(seconds: float) -> None:
    """Of work."""
    metrics.count(metrics.SENDING_SECONDS, seconds)
