"""Values out of JSON from outside, which may hold anything anywhere."""

import json
import re
from typing import Any

MOST_ITEMS = 1_000
# JSON can spell them ("\\u0000", "\\ud800"), and no database keeps them.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


def read_json(text: str | bytes) -> Any:
    """The JSON value at the start of ``text``; None where there is none."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return None
    return value


def an_object(value: Any, name: str) -> dict[str, Any]:
    """The object under ``name``; empty where there is none."""
    inner = value.get(name) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def objects(value: Any, name: str | None = None) -> list[dict[str, Any]]:
    """The objects in the list under ``name``, or in ``value`` itself."""
    items = value if name is None else value.get(name) if isinstance(value, dict) else None
    found = items if isinstance(items, list) else []
    return [item for item in found[:MOST_ITEMS] if isinstance(item, dict)]


def strings(value: dict[str, Any], name: str) -> list[str]:
    """The strings in the list under ``name``."""
    items = value.get(name)
    found = items if isinstance(items, list) else []
    return [_NO_TEXT.sub("", item) for item in found[:MOST_ITEMS] if isinstance(item, str)]


def text_of(value: dict[str, Any], *names: str) -> str:
    """The first string, or number, that is under one of ``names``; empty where there is none."""
    for name in names:
        found = value.get(name)
        if isinstance(found, (str, int, float)) and not isinstance(found, bool) and found != "":
            return _NO_TEXT.sub("", str(found)[:4_000])
    return ""
