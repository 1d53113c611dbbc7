"""From HTML to a small tree: what matters here, bounded in size, depth and attributes.

The parser feeds a target of ours instead of building its own tree: building costs the square of
the number of attributes (100,000 on one tag: 9 s), and takes any depth and size.
"""

import contextlib
import re

from lxml import etree

MAX_ELEMENTS = 40_000
MAX_DEPTH = 120  # deeper elements are read as if they were not there; their text is kept
MAX_VALUE = 4_000  # characters of an attribute

_KEPT = (
    "class", "id", "href", "src", "data-src", "alt", "content", "property", "name", "itemprop",
    "datetime", "lang", "role", "hidden", "style", "type", "http-equiv", "rel", "aria-label",
    "aria-hidden", "pubdate",
)  # fmt: skip
_UNREAD = {
    *("style", "noscript", "template", "svg", "math", "iframe", "object", "embed"),
    *("select", "textarea", "button", "canvas", "audio", "video"),
}
_TAG = re.compile(r"[a-z][a-z0-9-]{0,40}")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class _Enough(Exception):
    """The document has more elements than are read."""


class _Target:
    """Receives the parser's events and keeps what ``extract`` reads."""

    def __init__(self) -> None:
        self._builder = etree.TreeBuilder()
        self._builder.start("root", {})
        self._open: list[str] = []  # the tags of open elements; "" for one left out of the tree
        self._kept = 0  # how many of them are in the tree
        self._unread = 0  # how many of the open elements are not read
        self._elements = 0
        self._root: etree._Element | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise _Enough
        unread = self._unread > 0 or _is_unread(tag, attributes)
        keep = not unread and self._kept < MAX_DEPTH and _TAG.fullmatch(tag) is not None
        self._open.append(tag if keep else "")
        self._unread += unread
        self._kept += keep
        if keep:
            self._builder.start(tag, _attributes(attributes))

    def end(self, _tag: str) -> None:
        if not self._open:
            return
        tag = self._open.pop()
        self._unread = max(0, self._unread - 1)
        if tag:
            self._kept -= 1
            self._builder.end(tag)

    def data(self, text: str) -> None:
        if not self._unread:
            self._builder.data(_NOT_XML.sub("", text))

    def close(self) -> etree._Element:
        """The tree, with what was left open closed; the same one when called again."""
        if self._root is None:
            for tag in filter(None, reversed(self._open)):
                self._builder.end(tag)
            self._builder.end("root")
            self._root = self._builder.close()
        return self._root


def parse(text: str) -> etree._Element:
    """The tree of ``text`` under an element ``root``; never raises, whatever ``text`` is. Neither
    the network nor entities of a document type are ever touched."""
    target = _Target()
    parser = etree.HTMLParser(  # type: ignore[call-overload]  # the stub wants optional methods
        target=target, no_network=True, encoding="utf-8"
    )
    with contextlib.suppress(_Enough, etree.LxmlError):
        parser.feed(text.encode("utf-8"))
        parser.close()
    return target.close()


def _is_unread(tag: str, attributes: dict[str, str]) -> bool:
    if tag == "script":
        return "ld+json" not in attributes.get("type", "").lower()
    return tag in _UNREAD


def _attributes(given: dict[str, str]) -> dict[str, str]:
    if not given:
        return given
    return {name: _NOT_XML.sub("", given[name][:MAX_VALUE]) for name in _KEPT if name in given}
