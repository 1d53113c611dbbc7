"""From sources to briefs."""
