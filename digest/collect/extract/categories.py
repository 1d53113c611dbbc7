"""The sections of its site that a page says it belongs to."""

from lxml import etree

from digest.collect.extract.blocks import fold
from digest.collect.extract.structured import Structured, names_of

_MAX_METAS = 200  # looked at
_MAX_NAMES = 20
_MAX_NAME = 200  # characters; what is longer is no name


def declared_categories(root: etree._Element, data: Structured) -> tuple[str, ...]:
    """``article:section`` (ogp.me) and JSON-LD's ``articleSection`` (schema.org/Article), each name
    once whatever its case; only where there are none, ``article:tag``."""
    sections = [*_values(root, "article:section"), *names_of(data.of_article("articleSection"))]
    names = sections or _values(root, "article:tag")
    once = {name.casefold(): name for name in reversed(names) if 0 < len(name) <= _MAX_NAME}
    return tuple(reversed(once.values()))[:_MAX_NAMES]


def _values(root: etree._Element, wanted: str) -> list[str]:
    """Every value of a meta element that may stand several times."""
    return [
        fold(meta.get("content") or "")
        for meta, _ in zip(root.iter("meta"), range(_MAX_METAS), strict=False)
        if (meta.get("property") or meta.get("name") or "").strip().lower() == wanted
    ]
