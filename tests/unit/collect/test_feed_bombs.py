"""No document takes long, opens a file, or grows; each parser is linear."""

import contextlib
from functools import partial

import pytest

from digest.collect.feed import read_feed
from digest.collect.html_guard import read_html
from digest.collect.json_guard import read_json
from digest.domain.errors import Permanent
from tests.pace import quiet_seconds

URL = "https://feeds.example/rss"
HEAD = "<rss version='2.0'><channel><item><title>a</title><link>/a</link><description>"
TAIL = "</description></item></channel></rss>"
MEGABYTE = 1_000_000


def read(document: str | bytes):
    data = document.encode() if isinstance(document, str) else document
    return read_feed(data, None, url=URL, max_items=100)


LAUGHS = (
    '<!DOCTYPE rss [<!ENTITY a0 "lol">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]><rss><channel><item><title>&a9;</title></item></channel></rss>"
)
QUADRATIC = f'<!DOCTYPE rss [<!ENTITY a "{"x" * 50_000}">]><rss>{"&a;" * 50_000}</rss>'
EXTERNAL = (
    '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    "<rss version='2.0'><channel><item><title>&x;</title></item></channel></rss>"
)


@pytest.mark.parametrize(
    "document",
    [
        LAUGHS,
        QUADRATIC,
        EXTERNAL,
        EXTERNAL.replace("<!DOCTYPE", "<!-- <rss> --><?x <rss>?><!DOCTYPE"),
        '<?xml version="1.0" encoding="utf-16"?>'.encode("utf-16") + LAUGHS.encode("utf-16-le"),
        QUADRATIC.encode("utf-16"),
        QUADRATIC.encode("utf-16-be"),
        LAUGHS.encode("utf-32"),
    ],
)
def test_declared_entities_are_refused_up_front(document):
    def refused():
        with pytest.raises(Permanent, match=r"feeds\.example declares entities"):
            read(document)

    assert quiet_seconds(refused) < 0.2


def test_an_external_entity_or_include_reads_no_file():
    plain = EXTERNAL.replace(
        ' [<!ENTITY x SYSTEM "file:///etc/passwd">]', ' SYSTEM "file:///etc/passwd"'
    )
    assert read(plain)[0].title == "&x;"
    include = (
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'
    )
    assert "root:" not in str(read(f"{HEAD}{include}{TAIL}"))


def test_entities_in_utf_7_stay_letters():
    declaration = b'<?xml version="1.0" encoding="utf-7"?>'
    assert read(declaration + b'+ADwAIQ-DOCTYPE a [+ADwAIQ-ENTITY b "c">]><rss/>') == []


HOSTILE = {
    "nested": "<rss><channel>" + "<a>" * 330_000,
    "flat": HEAD + "<a/>" * 250_000 + TAIL,
    "items": "<rss version='2.0'><channel>" + "<item/>" * 140_000 + "</channel></rss>",
    "contents": "<feed xmlns='http://www.w3.org/2005/Atom'><entry>"
    + "<content>a</content>" * 24_000
    + "</entry></feed>",
    "less than": HEAD + "<" * MEGABYTE,
    "ampersands": HEAD + "&" * MEGABYTE + TAIL,
    "references": HEAD + "&a" * 500_000 + TAIL,
    "cdata": "<rss>" + "<![CDATA[" * 110_000,
    "comments": "<rss>" + "<!--" * 250_000,
    "instructions": "<?" * 500_000,
    "attributes": "<rss " + " ".join(f'a{n}="1"' for n in range(90_000)) + "/>",
    "unbound attributes": "<rss " + " ".join(f'x:a{n}="1"' for n in range(70_000)) + "/>",
    "namespaces": "<rss " + " ".join(f'xmlns:a{n}="u"' for n in range(50_000)) + "/>",
    "unbound": "<rss>" + "<x:a/>" * 160_000 + "</rss>",
    "ends": "<rss>" + "</a>" * 250_000,
    "spaces": HEAD + " " * MEGABYTE + TAIL,
    "lines": HEAD + "\n" * MEGABYTE + TAIL,
    "escaped": HEAD + "&lt;b&gt;" * 110_000 + TAIL,
    "date": HEAD + "</description><pubDate>" + "Mon, " * 200_000 + "</pubDate><description>" + TAIL,
    "guid": HEAD + "</description><guid>" + "/.." * 330_000 + "</guid><description>" + TAIL,
    "author": HEAD + "</description><author>" + "(a@" * 330_000 + "</author><description>" + TAIL,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_of_hostile_feed_takes_about_a_second(name):
    seconds = (quiet_seconds(partial(try_to_read, HOSTILE[name])) for _ in range(3))
    assert any(taken < 1.5 for taken in seconds)


def try_to_read(document: str) -> None:
    with contextlib.suppress(Permanent):
        read(document)


@pytest.mark.parametrize(
    "text",
    ["[" * MEGABYTE, "{" * 1000, '{"a":' * 200_000, "[1" + ",1" * 500_000, "9" * MEGABYTE, "", '"'],
)
def test_json_that_is_none_or_a_bomb_is_refused_at_once(text):
    def refused():
        with pytest.raises(Permanent, match="The answer"):
            read_json(text.encode(), None, name="The answer")

    assert quiet_seconds(refused) < 0.2


@pytest.mark.parametrize("piece", ["<div>", "<a href=x>", "<", "&", "<!--", "<b><p>", "<td>"])
def test_a_megabyte_of_hostile_page_takes_less_than_a_second(piece):
    page = (piece * (MEGABYTE // len(piece))).encode()

    def try_to_read_page():
        with contextlib.suppress(Permanent):
            read_html(page, None, name="The page")

    assert quiet_seconds(try_to_read_page) < 1
