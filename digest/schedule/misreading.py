"""Why a cadence could not be read."""


class NotUnderstood(ValueError):
    """Half a sentence for ``parse_cadence`` to finish: what was wrong, and what may be meant."""
