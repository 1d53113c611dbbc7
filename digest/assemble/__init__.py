"""Briefs chosen, grouped, ranked and laid out as an edition: pure functions over values."""
