"""A mail as a page of the web: what its head says to search engines and to those who share it, and
the feed and the site map that lead to such pages."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape

from lxml import etree

_ATOM = "http://www.w3.org/2005/Atom"
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


@dataclass(frozen=True, slots=True)
class PageMeta:
    """What stands in a page's head."""

    url: str  # the one address that counts
    title: str
    summary: str
    site: str  # the list's name
    language: str
    sent_at: datetime  # aware, UTC
    feed_url: str
    is_indexed: bool
    picture: str | None = None


def with_meta(html: str, meta: PageMeta) -> str:
    """``html`` with the page's canonical address, its feed, and its OpenGraph properties
    (ogp.me)."""
    return html.replace("</head>", "\n".join((*_tags(meta), "</head>")), 1)


def with_notice(html: str, words: str) -> str:
    """``html`` with a line above everything else: what was wrong with it."""
    style = (
        "margin:0;padding:12px 16px;border-bottom:2px solid #a3231d;background:#ffffff;"
        "color:#a3231d;font:bold 16px/1.5 Helvetica,Arial,sans-serif"
    )
    at = html.index(">", html.index("<body")) + 1
    return f'{html[:at]}<p role="note" style="{style}">Corrected: {escape(words)}</p>{html[at:]}'


def _tags(meta: PageMeta) -> Iterator[str]:
    yield f'<link rel="canonical" href="{escape(meta.url)}">'
    yield (
        f'<link rel="alternate" type="application/atom+xml" title="{escape(meta.site)}" '
        f'href="{escape(meta.feed_url)}">'
    )
    yield f'<meta name="description" content="{escape(meta.summary)}">'
    if not meta.is_indexed:
        yield '<meta name="robots" content="noindex">'
    properties = {
        "og:type": "article",
        "og:url": meta.url,
        "og:title": meta.title,
        "og:description": meta.summary,
        "og:site_name": meta.site,
        "og:locale": meta.language.replace("-", "_"),
        "og:image": meta.picture,
        "article:published_time": meta.sent_at.isoformat(timespec="seconds"),
    }
    for name, value in properties.items():
        if value:
            yield f'<meta property="{name}" content="{escape(value)}">'


def atom_feed(pages: list[PageMeta], *, title: str, feed_url: str, updated: datetime) -> bytes:
    """The newest pages as a feed (RFC 4287), with their summaries."""
    feed = etree.Element("feed", nsmap={None: _ATOM})
    _child(feed, "id", feed_url)
    _child(feed, "title", title)
    _child(feed, "updated", updated.isoformat(timespec="seconds"))
    _child(feed, "link", rel="self", href=feed_url)
    _child(_child(feed, "author"), "name", title)
    for page in pages:
        entry = _child(feed, "entry")
        _child(entry, "id", page.url)
        _child(entry, "title", page.title)
        _child(entry, "updated", page.sent_at.isoformat(timespec="seconds"))
        _child(entry, "link", rel="alternate", type="text/html", href=page.url)
        _child(entry, "summary", page.summary)
    return etree.tostring(feed, xml_declaration=True, encoding="UTF-8")


def sitemap(pages: Iterable[PageMeta]) -> bytes:
    """The addresses of pages and when each was sent (sitemaps.org)."""
    found = etree.Element("urlset", nsmap={None: _SITEMAP})
    for page in pages:
        url = _child(found, "url")
        _child(url, "loc", page.url)
        _child(url, "lastmod", page.sent_at.date().isoformat())
    return etree.tostring(found, xml_declaration=True, encoding="UTF-8")


def _child(parent: etree._Element, name: str, text: str = "", **given: str) -> etree._Element:
    child = etree.SubElement(parent, name, given)
    child.text = text or None
    return child
