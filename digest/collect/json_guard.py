"""JSON from outside, read within bounds."""

import json
from typing import Any

from digest.collect.charset import decode_text
from digest.domain.errors import Permanent

MAX_VALUES = 300_000  # a small document can mean a thousand times its size in objects


def read_json(document: bytes, charset: str | None, *, name: str) -> Any:
    """The document's value; ``Permanent`` names it as ``name`` where it is no JSON or a bomb."""
    text = decode_text(document, charset)
    if sum(text.count(mark) for mark in ",[{") > MAX_VALUES:
        raise Permanent(f"{name} holds more than {MAX_VALUES} values; it is refused.")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Permanent(f"{name} is not readable JSON.") from None


def mapping(value: Any) -> dict[str, Any]:
    """The object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """The array, or an empty one in place of anything else."""
    return value if isinstance(value, list) else []
