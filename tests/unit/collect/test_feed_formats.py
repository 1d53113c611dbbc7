"""Every dialect of feed gives the same items."""

from datetime import UTC, datetime

import pytest

from digest.collect.feed import read_feed
from digest.collect.item import Item
from digest.collect.jsonfeed import read_json_feed
from digest.domain.brief import Image
from digest.domain.errors import Permanent

URL = "https://feeds.example/news/rss"
AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def read(document: str | bytes, charset: str | None = None, max_items: int = 100) -> list[Item]:
    data = document.encode() if isinstance(document, str) else document
    return read_feed(data, charset, url=URL, max_items=max_items)


RSS = (
    "<rss version='{}'><channel><title>N</title><link>https://feeds.example/</link>{}"
    "</channel></rss>"
)
ITEM = (
    "<item><title>A port opens</title><link>https://feeds.example/a</link>"
    "<description>It did.</description></item>"
)
RDF = (
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='{}'>"
    "<channel><title>N</title></channel>" + ITEM + "</rdf:RDF>"
)
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='de'><title>N</title>{}</feed>"


@pytest.mark.parametrize(
    "document",
    [
        RDF.format("http://my.netscape.com/rdf/simple/0.9/"),
        RDF.format("http://purl.org/rss/1.0/"),
        *(RSS.format(version, ITEM) for version in ("0.91", "0.92", "0.93", "0.94", "2.0")),
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
        '"http://my.netscape.com/publish/formats/rss-0.91.dtd">' + RSS.format("0.91", ITEM),
        ATOM.format(
            "<entry><title>A port opens</title><link href='/a'/><summary>It did.</summary></entry>"
        ),
    ],
)
def test_a_dialect_is_read(document):
    (item,) = read(document)
    assert (item.title, item.link, item.summary) == (
        "A port opens",
        "https://feeds.example/a",
        "It did.",
    )


def test_all_that_rss_says_is_taken():
    (item,) = read(
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/' "
        "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:media='http://search.yahoo.com/mrss/'>"
        "<channel><language>en-gb</language><item>"
        "<title>Tom &amp;amp; &lt;em&gt;Jerry&lt;/em&gt;</title>"
        "<link>../b?id=1&amp;x=2</link><guid isPermaLink='false'>g-1</guid>"
        "<pubDate>Sun, 22 Nov 2026 11:00:00 +0100</pubDate><dc:creator>Ada Moor</dc:creator>"
        "<category>Ports</category><category>Ports</category><category>Sea</category>"
        "<description>Short.</description>"
        "<content:encoded><![CDATA[<p>Long & <b>bold</b></p>]]></content:encoded>"
        "<media:content url='/i.png' medium='image'/></item></channel></rss>"
    )
    assert item == Item(
        link="https://feeds.example/b?id=1&x=2",
        guid="g-1",
        title="Tom & Jerry",
        published=AT,
        author="Ada Moor",
        language="en-gb",
        categories=("Ports", "Sea"),
        image=Image("https://feeds.example/i.png"),
        content="<p>Long & <b>bold</b></p>",
        summary="Short.",
    )


def test_all_that_atom_says_is_taken():
    (item,) = read(
        ATOM.format(
            "<entry><id>tag:feeds.example,2026:1</id>"
            "<title type='html'>A &lt;b&gt;port&lt;/b&gt;</title>"
            "<link rel='self' href='/x.atom'/><link rel='alternate' href='a'/>"
            "<published>2026-11-22T10:00:00Z</published><updated>2026-11-22T12:00:00Z</updated>"
            "<author><name>Ada Moor</name><email>a@feeds.example</email></author>"
            "<category term='p' label='Ports'/><content type='xhtml'>"
            "<div xmlns='http://www.w3.org/1999/xhtml'><p>Long.</p></div></content></entry>"
        )
    )
    assert (item.guid, item.title, item.link) == (
        "tag:feeds.example,2026:1",
        "A port",
        "https://feeds.example/news/a",
    )
    assert (item.published, item.updated) == (AT, AT.replace(hour=12))
    assert (item.author, item.categories, item.language) == ("Ada Moor", ("Ports",), "de")
    assert "<p>Long.</p>" in item.content


def test_a_title_that_atom_calls_text_is_not_read_as_markup():
    (item,) = read(
        ATOM.format("<entry><title>if a &lt;b then c&gt; d</title><link href='a'/></entry>")
    )
    assert item.title == "if a <b then c> d"


@pytest.mark.parametrize(
    ("broken", "title"),
    [
        ("A port & a quay", "A port & a quay"),
        ("A&nbsp;port&hellip;", "A port…"),
        ("A port\x0b\x00 opens", "A port opens"),
        ("A &nosuch; port", "A &nosuch; port"),
        ("A&#1; port", "A port"),
        ("A&#xd800; port", "A port"),
        ("A &#8212; port", "A — port"),
    ],
)
def test_what_is_malformed_is_repaired(broken, title):
    assert read(RSS.format("2.0", ITEM.replace("A port opens", broken)))[0].title == title


def test_an_undeclared_prefix_does_no_harm():
    extra = "<dc:creator>Ada Moor</dc:creator><odd:thing odd:x='1'>y</odd:thing></item>"
    (item,) = read(RSS.format("2.0", ITEM.replace("</item>", extra)))
    assert item.author == "Ada Moor"


def test_a_feed_that_breaks_off_gives_what_is_whole():
    whole = RSS.format("2.0", ITEM + ITEM.replace("/a<", "/b<"))
    assert read(whole[:-60])[0].title == "A port opens"


@pytest.mark.parametrize(
    "document",
    ["", "hello", "<html><body>hello</body></html>", "{}", "<rss", "<a/>", "<!-- x", "\x00\x01"],
)
def test_what_is_no_feed_is_said_to_be_none(document):
    with pytest.raises(Permanent, match=r"feeds\.example is n"):
        read(document)


@pytest.mark.parametrize(
    ("encoding", "declared", "charset"),
    [
        ("utf-8", "iso-8859-1", None),
        ("utf-8", None, "iso-8859-1"),
        ("cp1252", "iso-8859-1", None),
        ("cp1252", None, "windows-1252"),
        ("cp1252", "utf-8", "iso-8859-1"),
        ("utf-16", "utf-16", None),
        ("utf-16-le", None, None),
        ("utf-8-sig", None, None),
        ("cp1251", "windows-1251", None),
    ],
)
def test_characters_survive_right_and_wrong_labels(encoding, declared, charset):
    word = "Порт" if encoding == "cp1251" else "Ärger – “Öl”"
    declaration = f"<?xml version='1.0' encoding='{declared}'?>" if declared else ""
    document = (declaration + RSS.format("2.0", ITEM.replace("A port opens", word))).encode(
        encoding
    )
    assert read(document, charset)[0].title == word


def test_the_newest_items_are_kept_wherever_they_stand():
    items = "".join(
        f"<item><title>{n}</title><link>/{n}</link>"
        f"<pubDate>Sun, 22 Nov 2026 10:{n:02}:00 GMT</pubDate></item>"
        for n in range(50)
    )
    assert [item.title for item in read(RSS.format("2.0", items), max_items=3)] == [
        "49",
        "48",
        "47",
    ]


@pytest.mark.parametrize("version", ["1", "1.1"])
def test_a_json_feed_is_read(version):
    document = (
        '{"version":"https://jsonfeed.org/version/VERSION","language":"en","items":[{"id":7,"url":"/a",'
        '"title":"A <b>port</b> \\ud800","content_html":"<p>x</p>","summary":"s","tags":["Sea",1],'
        '"date_published":"2026-11-22T11:00:00+01:00","authors":[{"name":"Ada Moor"}],'
        '"image":"i.png"}, null, "x", {"id":[],"url":{},"title":[],"tags":{},"authors":4}]}'
    ).replace("VERSION", version)
    item, *rest = read_json_feed(document.encode(), None, url=URL)
    assert item == Item(
        link="https://feeds.example/a",
        guid="7",
        title="A port",
        published=AT,
        author="Ada Moor",
        language="en",
        categories=("Sea",),
        image=Image("https://feeds.example/news/i.png"),
        content="<p>x</p>",
        summary="s",
    )
    assert all(other == Item(link=None, language="en") for other in rest)


@pytest.mark.parametrize("document", ["{}", "[]", "1", '{"version":1,"items":[]}', "nothing"])
def test_what_is_no_json_feed_is_said_to_be_none(document):
    with pytest.raises(Permanent, match=r"feeds\.example is not"):
        read_json_feed(document.encode(), None, url=URL)
