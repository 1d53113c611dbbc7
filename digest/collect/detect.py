"""Guesses what kind of source an address is, for ``digest source add``."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from lxml import html

from digest.collect.html_guard import read_html
from digest.collect.index import brief_links
from digest.collect.json_guard import read_json
from digest.collect.jsonfeed import is_json_feed
from digest.collect.wordpress import posts_url
from digest.domain.errors import DigestError, Permanent
from digest.domain.states import SourceKind
from digest.fetch import Fetcher, Response
from digest.sanitise import safe_url

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, text/html;q=0.9, */*;q=0.5"
)
FEED_TYPES = {
    "application/rss+xml": SourceKind.FEED,
    "application/atom+xml": SourceKind.FEED,
    "application/rdf+xml": SourceKind.FEED,
    "application/feed+json": SourceKind.JSON_FEED,
}
API_RELATION = "https://api.w.org/"
LEAST_LINKS = 5  # of an index page
LEAST_WORDS = 4

_FEED_ROOT = re.compile(rb"<(?:[a-zA-Z]{1,10}:)?(rss|feed|RDF)[\s>]")
_API_HEADER = re.compile(r'<([^<>\s]{1,500})>;\s{0,5}rel="https://api\.w\.org/"')


def detect_kind(url: str, fetcher: Fetcher) -> tuple[SourceKind, str]:
    """The kind of a source and the address to collect it from, which may be another than ``url``:
    a site's WordPress API or feed, where its page names one.

    ``Transient`` or ``Permanent`` where it can't be read or is nothing that can be collected.
    """
    if url.startswith("file:") or ("://" not in url and Path(url).expanduser().exists()):
        return SourceKind.FOLDER, url
    response = fetcher.get(url, accept=ACCEPT)
    start = response.body[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if start[:1] in (b"{", b"["):
        return _of_json(response)
    is_html = start[:100].lower().startswith((b"<!doctype html", b"<html"))
    if _FEED_ROOT.search(start) and not is_html:
        return SourceKind.FEED, response.url
    if start[:1] == b"<" or "html" in response.content_type:
        return _of_page(response, fetcher)
    raise Permanent(f"{url[:200]} is neither a feed nor a page that can be collected.")


def _of_json(response: Response) -> tuple[SourceKind, str]:
    name = f"The answer of {urlsplit(response.url).hostname}"
    value = read_json(response.body, response.charset, name=name)
    if is_json_feed(value):
        return SourceKind.JSON_FEED, response.url
    if _is_posts(value):
        return SourceKind.WORDPRESS, response.url
    raise Permanent(f"{name} is JSON, but neither a JSON Feed nor a WordPress API.")


def _is_posts(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(post, dict) and "link" in post and "content" in post for post in value
    )


def _of_page(response: Response, fetcher: Fetcher) -> tuple[SourceKind, str]:
    name = f"The page of {urlsplit(response.url).hostname}"
    root = read_html(response.body, response.charset, name=name)
    for api in _apis(root, response):
        posts = posts_url(api)
        if _answers(posts, fetcher):
            return SourceKind.WORDPRESS, posts
    for kind, feed in _feeds(root, response.url):
        return kind, feed
    links = brief_links(response, least_words=LEAST_WORDS)
    is_index = not _is_article(root) and sum(1 for _ in links) >= LEAST_LINKS
    return (SourceKind.INDEX if is_index else SourceKind.PAGE), response.url


def _apis(root: html.HtmlElement, response: Response) -> Iterator[str]:
    """Where the page says that its WordPress API is, in its head or in a header."""
    found = [link.get("href", "") for link in root.iter("link") if link.get("rel") == API_RELATION]
    header = _API_HEADER.search(response.headers.get("link", ""))
    if header:
        found.append(header[1])
    for href in found[:2]:
        if url := safe_url(href, response.url):
            yield url


def _answers(url: str, fetcher: Fetcher) -> bool:
    """Many sites name their API and keep it closed."""
    try:
        response = fetcher.get(urljoin(url, "?per_page=1") if "?" not in url else url)
        return _is_posts(read_json(response.body, response.charset, name=url))
    except DigestError:
        return False


def _feeds(root: html.HtmlElement, base: str) -> Iterator[tuple[SourceKind, str]]:
    """The feeds that the page names, those of comments left out."""
    for link in root.iter("link"):
        relation = link.get("rel", "").lower().split()
        kind = FEED_TYPES.get(link.get("type", "").partition(";")[0].strip().lower())
        url = safe_url(link.get("href", ""), base)
        is_comments = "comment" in (link.get("title", "") + (url or "")).lower()
        if "alternate" in relation and kind and url and not is_comments:
            yield kind, url


def _is_article(root: html.HtmlElement) -> bool:
    return any(
        meta.get("property") == "og:type" and meta.get("content", "").startswith("article")
        for meta in root.iter("meta")
    )
