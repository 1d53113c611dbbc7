"""Slugs: the short names by which people and URLs call a list or a source."""

import re

from digest.domain.errors import Illegal

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def is_slug(text: str) -> bool:
    """Whether ``text`` can be a slug."""
    return _SLUG.fullmatch(text) is not None


def check_slug(text: str) -> str:
    """``text`` if it can be a slug; ``Illegal`` otherwise."""
    if not is_slug(text):
        raise Illegal(f"{text!r} can't be a short name; use small letters, digits and hyphens.")
    return text
