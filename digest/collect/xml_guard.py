"""XML from outside made harmless before a parser sees it: no entities, no bombs, well formed."""

import html.entities
import re
import sys
from xml.parsers import expat

from lxml import etree

from digest.collect.charset import decode_text
from digest.domain.errors import Permanent

MAX_ELEMENTS = 25_000  # in the items kept
MAX_ATTRIBUTES = 64  # of one element: parsers compare each with each

_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_AMPERSAND = re.compile(r"&(?:(#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)?")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
# Feeds use these prefixes without declaring them.
_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "itunes": "http://www.itunes.com/DTDs/PodCast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
}
_LOCAL_NAME = re.compile(r"[^\W\d][\w.-]*")
_ITEMS = frozenset({"item", "entry"})


def harmless_feed(document: bytes, charset: str | None, *, max_items: int, name: str) -> bytes:
    """The feed as well-formed UTF-8 without DOCTYPE, with the first and last ``max_items`` items.

    Documents that declare entities are refused before anything is expanded; what is merely
    malformed is repaired as far as it goes. ``Permanent`` names the source as ``name``. The time
    is linear in the size.
    """
    text = _ILLEGAL.sub("", decode_text(document, charset)).lstrip()
    if not text.startswith("<"):
        raise Permanent(f"{name} is not a feed: it does not begin with markup.")
    root = _parse(_mend_entities(_without_prolog(text, name)), name)
    _keep_some(root, max_items)
    _count(root, name)
    _declare_prefixes(root)
    clean: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, with_tail=False)
    _check(clean, name)
    return clean


def _without_prolog(text: str, name: str) -> str:
    """The text from its root element on; ``Permanent`` where a DOCTYPE declares anything."""
    position = 0
    while True:
        position = text.find("<", position)
        if position < 0:
            raise Permanent(f"{name} is not a feed: it holds no element.")
        if text.startswith("<?", position):
            end = text.find("?>", position)
        elif text.startswith("<!--", position):
            end = text.find("-->", position + 4)
        elif text.startswith("<!", position):
            end = _doctype_end(text, position, name)
        else:
            return text[position:]
        if end < 0:
            raise Permanent(f"{name} is not a feed: its markup does not end.")
        position = end + 1


def _doctype_end(text: str, start: int, name: str) -> int:
    end = text.find(">", start)
    if "[" in text[start : end if end >= 0 else None]:
        raise Permanent(f"{name} declares entities in a DOCTYPE; it is refused.")
    return end


def _mend_entities(text: str) -> str:
    """Named HTML entities, which XML doesn't know, as characters, and stray ampersands escaped;
    CDATA sections stay as they are.
    """
    parts: list[str] = []
    position = 0
    while True:
        start = text.find(_CDATA, position)
        if start < 0:
            parts.append(_AMPERSAND.sub(_mended, text[position:]))
            return "".join(parts)
        parts.append(_AMPERSAND.sub(_mended, text[position:start]))
        end = text.find(_CDATA_END, start)
        position = len(text) if end < 0 else end + len(_CDATA_END)
        parts.append(text[start:position])


def _mended(found: re.Match[str]) -> str:
    whole, name = found[0], found[1]
    if name is None:
        return "&amp;"
    if name.startswith("#"):
        return whole if _is_legal(name[1:]) else ""
    if name in _XML_NAMES:
        return whole
    character = html.entities.html5.get(name + ";")
    return html.escape(character) if character else "&amp;" + whole[1:]


def _is_legal(number: str) -> bool:
    """Whether XML may hold the character of a numeric reference, "38" or "x26"."""
    code = int(number[1:], 16) if number[0] in "xX" else int(number)
    return code <= sys.maxunicode and not _ILLEGAL.match(chr(code))


def _parse(text: str, name: str) -> etree._Element:
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        root: etree._Element | None = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None or (parser.error_log and not _holds_items(root)):
        raise Permanent(f"{name} is not a feed: its XML is malformed beyond repair.")
    return root


def _holds_items(root: etree._Element) -> bool:
    return any(_local(element) in _ITEMS and len(element) for element in root.iter())


def _keep_some(root: etree._Element, most: int) -> None:
    """Drop the middle: the newest items stand at one end or the other."""
    items = [element for element in root.iter() if _local(element) in _ITEMS]
    for surplus in items[most:-most]:
        parent = surplus.getparent()
        if parent is not None:
            parent.remove(surplus)


def _count(root: etree._Element, name: str) -> None:
    for number, element in enumerate(root.iter(), start=1):
        if number > MAX_ELEMENTS:
            raise Permanent(f"{name} holds more than {MAX_ELEMENTS} elements; it is refused.")
        if len(element.attrib) + len(element.nsmap) > MAX_ATTRIBUTES:
            raise Permanent(f"{name} holds an element with too many attributes; it is refused.")


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _declare_prefixes(root: etree._Element) -> None:
    """Give undeclared prefixes the namespace that they always stand for; drop unknown ones."""
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if ":" in element.tag and not element.tag.startswith("{"):
            element.tag = _qualified(element.tag)
        for key in [key for key in element.attrib if ":" in key and not key.startswith("{")]:
            value = element.attrib.pop(key)
            if not key.startswith("xmlns"):
                element.set(_qualified(str(key)), value)


def _qualified(tag: str) -> str:
    prefix, _, local = tag.partition(":")
    local = local.replace(":", "_")
    if not _LOCAL_NAME.fullmatch(local):
        local = "x"  # no name: its like would end the reading of the whole feed
    namespace = _NAMESPACES.get(prefix)
    return f"{{{namespace}}}{local}" if namespace else local


def _check(document: bytes, name: str) -> None:
    """Whether the next parser will take it: one that fails might fall back to guessing."""
    checker = expat.ParserCreate(namespace_separator=" ")
    try:
        checker.Parse(document, True)
    except expat.ExpatError:
        raise Permanent(f"{name} is not a feed: its XML can't be repaired.") from None
