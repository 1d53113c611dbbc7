"""HTML from outside as a tree: for links and pictures only, in linear time."""

import codecs

from lxml import etree, html

from digest.domain.errors import Permanent


def read_html(document: bytes, charset: str | None, *, name: str) -> html.HtmlElement:
    """The root of the document; ``Permanent`` names it as ``name`` where it is no HTML.

    ``charset`` is the server's label; without a usable one the document's own is believed.
    """
    parser = html.HTMLParser(
        encoding=_usable(charset), no_network=True, remove_comments=True, huge_tree=False
    )
    try:
        root = html.document_fromstring(document, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        raise Permanent(f"{name} is not a readable page.") from None
    return root


def words_of(element: html.HtmlElement) -> str:
    """The text of an element, white space folded."""
    return " ".join("".join(str(text) for text in element.itertext()).split())


def _usable(charset: str | None) -> str | None:
    """libxml2 knows fewer names than servers use."""
    try:
        return codecs.lookup(charset).name if charset else None
    except (LookupError, ValueError):
        return None
