"""How long a session lives, and the secrets that a browser holds."""

import hashlib
import secrets
from datetime import datetime, timedelta

IDLE = timedelta(hours=12)  # without a request
ABSOLUTE = timedelta(days=7)  # from signing in
NOTED_EVERY = timedelta(minutes=1)  # a request within it writes nothing


def new_secret() -> str:
    """256 random bits, for a cookie or a link; only its fingerprint is stored."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """SHA-256 in hex. The secret is random, so that no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_alive(created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session still counts."""
    return now - seen_at < IDLE and now - created_at < ABSOLUTE


def is_to_be_noted(seen_at: datetime, now: datetime) -> bool:
    """Whether a request is worth writing down."""
    return now - seen_at >= NOTED_EVERY
