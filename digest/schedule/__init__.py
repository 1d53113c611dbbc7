"""Cadence in words to due times, and due times to runs: pure decisions, no rows, no clock."""
