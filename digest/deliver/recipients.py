"""Who may be mailed at all: on a staging system, a few."""

from digest.settings import Settings


def is_allowed(settings: Settings, address: str) -> bool:
    """Whether ``DIGEST_ALLOWED_RECIPIENTS`` lets mail go to an address."""
    allowed = settings.recipients_allowed
    if not allowed:
        return True
    folded = address.lower()
    return folded in allowed or f"@{folded.rpartition('@')[2]}" in allowed
