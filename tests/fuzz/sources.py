"""Targets for what sources send: feeds, pages, their addresses and their HTML."""

import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import urljoin
from xml.etree import ElementTree as Xml

from hypothesis import strategies as st

from digest.collect.canonical import canonical_url, choose_canonical
from digest.collect.extract import extract
from digest.collect.feed import read_feed
from digest.collect.html_guard import read_html
from digest.collect.item import MAX_CATEGORIES, MAX_GUID, MAX_NAME, MAX_TITLE, Item, teaser_of
from digest.collect.json_guard import mapping, read_json
from digest.collect.jsonfeed import read_json_feed
from digest.collect.wordpress import _item as read_post
from digest.domain.errors import Permanent
from digest.sanitise import plain_text, safe_url
from tests.fuzz import sound
from tests.fuzz.inputs import bent, decoded, encoded, mixed, samples, sentences
from tests.fuzz.target import Target
from tests.hostile import HOSTILE

URL = "https://harbour.example/feeds/all"
MOST_ITEMS = 5
PAGES = Path(__file__).parents[1] / "corpus" / "extract"

XML_WORDS = (
    *(
        b"<item>",
        b"</item>",
        b"<entry>",
        b"<title type='xhtml'>",
        b"<link>",
        b"<link href='//[::1'/>",
    ),
    *(b"<!DOCTYPE r [<!ENTITY a 'b'>]>", b"&a;", b"&hellip;", b"<?xml encoding='utf-7'?>", b"<!--"),
    *(b"xmlns:x='y'", b"<x:y/>", b"xml:base='javascript:'", b"<pubDate>99 Foo 0000</pubDate>"),
    *(
        b"<author>",
        b"<media:thumbnail url='data:x'/>",
        b"<image>",
        b"<a href='x'>",
        b"encoding='utf-16'",
    ),
)


def item(one: Item) -> None:
    """What an adapter gives is clean, but for content and summary, which are HTML as given."""
    sound.line(one.title, MAX_TITLE)
    sound.line(one.guid, MAX_GUID)
    sound.line(one.author, MAX_NAME)
    sound.url(one.link)
    sound.moment(one.published)
    sound.moment(one.updated)
    sound.picture(one.image)
    assert len(one.categories) <= MAX_CATEGORIES
    for name in one.categories:
        sound.line(name, MAX_NAME)
    sound.plain(teaser_of(one.summary).removesuffix("…"))
    sound.extracted(extract(one.content, url=one.link, is_fragment=True))


def check_feed(data: bytes) -> None:
    with suppress(Permanent):
        items = read_feed(data, None, url=URL, max_items=MOST_ITEMS)
        assert len(items) <= MOST_ITEMS
        for one in items:
            item(one)
            if b"&" not in data and b"CDATA" not in data and _is_xml(data):
                assert "<" not in one.title, "markup of the feed's own in a title"
        dates = [one.published for one in items]
        assert None in dates or dates == sorted(dates, reverse=True)


def _is_xml(data: bytes) -> bool:
    """What else looks like markup may be meant as text: nobody can know."""
    try:
        Xml.fromstring(data)
    except (Xml.ParseError, ValueError, LookupError):
        return False
    return True


def check_written_feed(data: bytes) -> None:
    """What a sound program writes is read as it was meant, by both formats."""
    titles = [title for text in decoded(data).split("|") if (title := _writable(text))][:MOST_ITEMS]
    for document in (_atom(titles), _rss(titles)):
        if not titles:
            continue
        found = read_feed(document, None, url=URL, max_items=MOST_ITEMS)
        assert [one.title for one in found] == titles
        assert [one.link for one in found] == [urljoin(URL, f"/b/{n}") for n in range(len(titles))]


def _writable(text: str) -> str:
    """A headline without what would be markup: the rest has to come back as it is."""
    legal = re.sub("[^\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]", "", text)
    title = plain_text(legal.replace("<", "").replace("&", ""))[:200].strip()
    return "" if _was_encoded_twice(title) else title


def _was_encoded_twice(title: str) -> bool:
    """What feedparser mends: UTF-8 that was taken for Latin-1 and encoded again."""
    try:
        return title.encode("latin-1").decode() != title
    except UnicodeError:
        return False


def _atom(titles: list[str]) -> bytes:
    feed = Xml.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom"})
    for number, title in enumerate(titles):
        entry = Xml.SubElement(feed, "entry")
        Xml.SubElement(entry, "title").text = title
        Xml.SubElement(entry, "link", {"href": f"/b/{number}"})
    return Xml.tostring(feed, encoding="utf-8")


def _rss(titles: list[str]) -> bytes:
    rss = Xml.Element("rss", {"version": "2.0"})
    channel = Xml.SubElement(rss, "channel")
    for number, title in enumerate(titles):
        entry = Xml.SubElement(channel, "item")
        Xml.SubElement(entry, "title").text = title
        Xml.SubElement(entry, "link").text = f"/b/{number}"
    return Xml.tostring(rss, encoding="utf-8")


def check_json_feed(data: bytes) -> None:
    with suppress(Permanent):
        for one in read_json_feed(data, None, url=URL)[:MOST_ITEMS]:
            item(one)


def check_post(data: bytes) -> None:
    with suppress(Permanent):
        item(read_post(mapping(read_json(data, None, name="The post"))))


def check_page(data: bytes) -> None:
    for media_type in (None, "text/html", "text/plain"):
        page = extract(data, content_type=media_type, url="https://harbour.example/briefs/1")
        sound.extracted(page)
        assert page == extract(
            data, content_type=media_type, url="https://harbour.example/briefs/1"
        )
    with suppress(Permanent):
        read_html(data, None, name="The page")


def check_markup(data: bytes) -> None:
    sound.plain(plain_text(decoded(data)))


def check_url(data: bytes) -> None:
    text = decoded(data)
    sound.url(safe_url(text))
    for base in (None, URL):
        found = canonical_url(text, base)
        sound.url(found)
        assert found is None or canonical_url(found) == found, (found, canonical_url(found or ""))
    sound.url(choose_canonical(URL, text))


PAGE_SAMPLES = [path.read_bytes() for path in sorted(PAGES.iterdir()) if path.suffix != ".json"]
PAGE_WORDS = [word.encode() for word in HOSTILE[::9]] + [
    *(
        b"<ul><li>",
        b"</li>",
        b"<h2>Key points</h2>",
        b"<script type='application/ld+json'>",
        b"</script>",
    ),
    *(
        b"<base href='javascript:'>",
        b"<a href='//[::1'>",
        b"<meta charset='utf-7'>",
        b"<time datetime='9999-99'>",
    ),
    *(
        b"<table><tr><td>",
        b"<template>",
        b"<noscript>",
        b"<svg><title>",
        b"<math>",
        b"<h1>",
        b"<article>",
    ),
]
URL_WORDS = (
    *(
        "http://",
        "https://",
        "//",
        "/",
        "\\",
        "?",
        "#",
        "@",
        ":",
        ":443",
        ":80",
        ":99999",
        "..",
        ".",
    ),
    *(
        "%2e%2e",
        "%0a",
        "%00",
        "%zz",
        "%",
        "utm_source=a",
        "&",
        "=",
        "id=1",
        "harbour.example",
        "HARBOUR.example.",
    ),
    *(
        "[::1]",
        "[",
        "xn--",
        "straße.example",
        "。",
        "ß",
        "javascript:",
        "data:",
        "mailto:",
        "user:pass",
        "+",
    ),
)

TARGETS = {
    "feeds": Target(mixed(bent(samples("feeds"), XML_WORDS)), check_feed),
    "written-feeds": Target(st.text(max_size=300).map(encoded), check_written_feed, short=25),
    "json-feeds": Target(mixed(bent(samples("json_feeds"))), check_json_feed),
    "wordpress": Target(mixed(bent(samples("posts"))), check_post),
    "pages": Target(mixed(bent(PAGE_SAMPLES, PAGE_WORDS)), check_page, short=25),
    "markup": Target(
        mixed(
            sentences([*HOSTILE[::3], "<p>", "</p>", "<a href='", "'>", "<b>", "x"], ""),
            bent(PAGE_SAMPLES, PAGE_WORDS),
        ),
        check_markup,
    ),
    "urls": Target(mixed(sentences(URL_WORDS, "", 12)), check_url, short=200),
}
