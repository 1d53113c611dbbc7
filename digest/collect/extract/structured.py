"""What a page says of itself for machines: JSON-LD and the meta elements of its head."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from digest.collect.extract.blocks import fold

_MAX_SCRIPTS = 20
_MAX_SCRIPT = 300_000  # characters
_MAX_NODES = 2_000
_ARTICLES = ("article", "posting", "report", "webpage", "review")


@dataclass(frozen=True, slots=True)
class Structured:
    """Meta values by lower-case name, and the JSON-LD node that describes the story."""

    meta: dict[str, str] = field(default_factory=dict)
    article: dict[str, Any] = field(default_factory=dict)

    def first(self, *names: str) -> str | None:
        """The first of these meta values that says something."""
        return next((self.meta[name] for name in names if self.meta.get(name)), None)

    def of_article(self, *names: str) -> Any:
        """The first of these JSON-LD values that says something."""
        return next((self.article[name] for name in names if self.article.get(name)), None)


def read_structured(root: etree._Element) -> Structured:
    """Both kinds of data; empty where there are none or they are broken."""
    return Structured(_meta(root), _article(root))


def names_of(value: Any) -> list[str]:
    """The names in a JSON-LD value that is a text, a thing with a name, or several of these."""
    if isinstance(value, str):
        return [fold(value)]
    if isinstance(value, dict):
        return names_of(value.get("name"))
    if isinstance(value, list):
        return [name for one in value[:20] if not isinstance(one, list) for name in names_of(one)]
    return []


def address_of(value: Any) -> str | None:
    """The URL in a JSON-LD value that is a text, an object, or several of these."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return address_of(value.get("url") or value.get("contentUrl") or value.get("@id") or "")
    if isinstance(value, list) and value and not isinstance(value[0], list):
        return address_of(value[0])
    return None


def _meta(root: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        name = name or element.get("http-equiv")
        content = fold(element.get("content") or "")
        if name and content:
            found.setdefault(name.strip().lower(), content)
    return found


def _article(root: etree._Element) -> dict[str, Any]:
    """The node most like an article: one with a headline, a more exact type first."""
    best: tuple[int, dict[str, Any]] = (0, {})
    for node in _nodes(root):
        kinds = node.get("@type")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        named = [str(kind).lower() for kind in kinds[:10]]
        rank = max((_rank(kind) for kind in named), default=0)
        rank += 1 if rank and isinstance(node.get("headline"), str) else 0
        if rank > best[0]:
            best = (rank, node)
    return best[1]


def _rank(kind: str) -> int:
    fits = [at for at, ending in enumerate(_ARTICLES) if kind.endswith(ending)]
    return (len(_ARTICLES) - fits[0]) * 2 if fits else 0


def _nodes(root: etree._Element) -> Iterator[dict[str, Any]]:
    waiting: list[Any] = []
    for script in list(root.iter("script"))[:_MAX_SCRIPTS]:
        text = (script.text or "")[:_MAX_SCRIPT].strip().removeprefix("<!--").removesuffix("-->")
        try:
            waiting.append(json.loads(text, strict=False))
        except (ValueError, RecursionError):
            continue
    seen = 0
    while waiting and seen < _MAX_NODES:
        node = waiting.pop(0)
        seen += 1
        if isinstance(node, list):
            waiting.extend(node[:200])
        elif isinstance(node, dict):
            yield node
            waiting.extend(node[key] for key in ("@graph", "mainEntity") if key in node)
