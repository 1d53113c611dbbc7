"""A week of simulated time on real processes, with a fault each day: ``make week``."""
