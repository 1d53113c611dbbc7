"""The Ledger's two RSS 2.0 feeds: one with the whole text, one with a sentence an item."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.etree import ElementTree as Xml

from digest.demo.newsroom.articles import Article, Picture
from digest.demo.newsroom.reply import Reply
from digest.demo.newsroom.site import Site

CONTENT = "http://purl.org/rss/1.0/modules/content/"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
ATOM = "http://www.w3.org/2005/Atom"
MEDIA = "http://search.yahoo.com/mrss/"
FEED_SPAN = timedelta(days=7)  # a feed holds what its newest item's week held
TRACKING = "?utm_source=rss&utm_medium=feed"  # as real feeds have it

_PREFIXES = {"content": CONTENT, "dc": DUBLIN_CORE, "atom": ATOM, "media": MEDIA}
for prefix, uri in _PREFIXES.items():
    Xml.register_namespace(prefix, uri)


def feed(
    site: Site, path: str, articles: Sequence[Article], full_text: Callable[[Article], str] | None
) -> Reply:
    """An RSS document of ``articles`` (newest first).

    ``full_text`` makes the HTML of ``content:encoded``; without it items carry a summary alone.
    """
    recent = [a for a in articles if articles[0].published - a.published < FEED_SPAN]
    changed = max((a.modified for a in recent), default=datetime.fromtimestamp(0, UTC))
    root = Xml.Element("rss", version="2.0")
    channel = Xml.SubElement(root, "channel")
    _add(channel, "title", site.name)
    _add(channel, "link", site.base_url + "/")
    _add(channel, "description", site.tagline)
    _add(channel, "language", "en")
    _add(channel, "lastBuildDate", format_datetime(changed, usegmt=True))
    Xml.SubElement(channel, f"{{{ATOM}}}link", href=site.base_url + path, rel="self")
    for article in recent:
        _add_item(channel, site, article, full_text)
    body = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return Reply(body, "application/rss+xml; charset=utf-8", modified=changed)


def _add_item(
    channel: Xml.Element,
    site: Site,
    article: Article,
    full_text: Callable[[Article], str] | None,
) -> None:
    item = Xml.SubElement(channel, "item")
    _add(item, "title", article.headline)
    _add(item, "link", site.url(article) + TRACKING)
    Xml.SubElement(item, "guid", isPermaLink="false").text = article.guid
    _add(item, "pubDate", format_datetime(article.published, usegmt=True))
    _add(item, f"{{{ATOM}}}updated", article.modified.isoformat())
    _add(item, f"{{{DUBLIN_CORE}}}creator", article.author)
    _add(item, f"{{{DUBLIN_CORE}}}language", article.language)
    _add(item, "category", article.section)
    _add(item, "description", article.summary)
    if article.picture is not None:
        _add_picture(item, site, article.picture)
    if full_text is not None:
        _add(item, f"{{{CONTENT}}}encoded", full_text(article))


def _add_picture(item: Xml.Element, site: Site, picture: Picture) -> None:
    """Media RSS has no place of its own for a text alternative, so HTML's attribute is used."""
    url = f"{site.base_url}/pictures/{picture.file}"
    attributes = {"url": url, "medium": "image", "type": "image/svg+xml", "alt": picture.alt}
    Xml.SubElement(item, f"{{{MEDIA}}}content", attributes)


def _add(parent: Xml.Element, tag: str, text: str) -> None:
    Xml.SubElement(parent, tag).text = text
