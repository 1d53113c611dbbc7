"""A public archive: a clean address for each edition that was sent, a feed, a site map."""

from dataclasses import replace

import feedparser
import pytest
from lxml import etree
from lxml.html import document_fromstring

from digest.domain.states import EditionState
from digest.store.editions import lock_edition
from digest.store.lists import find_list
from tests.builders import NOW, an_edition
from tests.integration.web.conftest import freeze

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAGE = "https://news.example/archive/daily/7"


@pytest.fixture
def archive(world):
    """A list with a public archive; its one sent edition has the number 7."""
    with world.db.begin() as session:
        mailing_list = find_list(session, "daily")
        mailing_list.archive_is_public = True
        for state in EditionState:
            lock_edition(session, world.editions[state]).number = 7 if state == "sent" else 1
    return mailing_list


def set_up(world, **changes):
    with world.db.begin() as session:
        mailing_list = find_list(session, "daily")
        for name, value in changes.items():
            setattr(mailing_list, name, value)


def test_a_sent_edition_has_a_page_that_says_what_it_is(web, archive):
    answer = web.get("/archive/daily/7")
    assert answer.status_code == 200
    assert answer.headers["X-Robots-Tag"] == "all"
    page = document_fromstring(answer.text)
    assert page.xpath("//link[@rel='canonical']/@href") == [PAGE]
    properties = {
        meta.get("property"): meta.get("content") for meta in page.xpath("//meta[@property]")
    }
    assert properties["og:url"] == PAGE
    assert properties["og:title"] == "Ferries to Norholm halt"
    assert properties["og:description"] == "All lines halted at noon."
    assert properties["og:type"] == "article"
    assert "reader@" not in answer.text
    assert "/u/" not in answer.text


@pytest.mark.parametrize("path", ["1", "8", "0", "seven", "7/x"])
def test_nothing_else_is_there(web, archive, path):
    assert web.get(f"/archive/daily/{path}").status_code == 404


def test_a_list_shows_its_archive_only_where_it_says_so(web, world, archive):
    set_up(world, archive_is_public=False)
    for path in (
        "/archive/daily",
        "/archive/daily/7",
        "/archive/daily/feed.atom",
        "/archive/nowhere",
        "/archive/nowhere/feed.atom",
    ):
        assert web.get(path).status_code == 404
    assert b"<loc>" not in web.get("/sitemap.xml").content


def test_the_archive_of_a_list_leads_to_each_edition_and_names_nobody(web, world, archive):
    set_up(world, description="The north in five minutes.")
    answer = web.get("/archive/daily")
    assert answer.status_code == 200
    assert answer.headers["X-Robots-Tag"] == "all"
    page = document_fromstring(answer.text)
    assert page.xpath("//li//@href") == ["/archive/daily/7"]
    assert page.xpath("//link[@rel='alternate']/@href") == ["/archive/daily/feed.atom"]
    words = page.text_content()
    for told in ("The north in five minutes.", "Ferries to Norholm halt", "All lines halted"):
        assert told in words
    assert "/join/daily" in answer.text
    assert "@" not in answer.text
    assert "noindex" not in answer.text
    set_up(world, is_indexed=False, takes_signups=False)
    answer = web.get("/archive/daily")
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in answer.text
    assert "/join/daily" not in answer.text


def test_a_long_archive_comes_a_page_at_a_time(web, world, archive, monkeypatch):
    monkeypatch.setattr("digest.actions.archive.MOST_ON_PAGE", 2)
    with world.db.begin() as session:
        for number in (8, 9, 10, 11):
            an_edition(session, archive, state=EditionState.SENT, number=number)
        retracted = an_edition(session, archive, state=EditionState.SENT, number=12)
        retracted.retracted_at = NOW
    seen, path = [], "/archive/daily"
    for _ in range(3):
        page = document_fromstring(web.get(path).text)
        seen += [int(one.rpartition("/")[2]) for one in page.xpath("//li//@href")]
        older = page.xpath("//a[@rel='next']/@href")
        path = f"/archive/daily{older[0]}" if older else ""
    assert seen == [11, 10, 9, 8, 7]
    assert path == ""
    assert web.get("/archive/daily?before=x").status_code == 400


def test_a_correction_stands_in_the_place_of_what_it_corrects(web, world, archive, settings):
    with world.db.begin() as session:
        first = lock_edition(session, world.editions[EditionState.SENT])
        content = replace(first.content, subject="Correction: ferries to Norholm go")
        correction = an_edition(
            session, archive, state=EditionState.SENT, number=7, content=content
        )
        correction.corrects_id, correction.templates = first.id, first.templates
        freeze(session, settings, correction)
    page = document_fromstring(web.get("/archive/daily").text)
    assert page.xpath("//li//@href") == ["/archive/daily/7"]
    assert "Correction: ferries" in page.text_content()
    assert "Correction: ferries" in web.get("/archive/daily/7").text
    assert len(feedparser.parse(web.get("/archive/daily/feed.atom").content).entries) == 1
    with world.db.begin() as session:
        lock_edition(session, correction.id).retracted_at = NOW
    assert "Correction" not in web.get("/archive/daily").text
    assert "Ferries to Norholm halt" in web.get("/archive/daily/7").text


def test_the_feed_leads_to_the_page(web, archive):
    answer = web.get("/archive/daily/feed.atom")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert feed.version == "atom10"
    (entry,) = feed.entries
    assert (entry.link, entry.title) == (PAGE, "Ferries to Norholm halt")
    assert entry.summary == "All lines halted at noon."


def test_the_site_map_names_what_may_be_indexed(web, world, archive):
    def locations() -> list[str]:
        return etree.fromstring(web.get("/sitemap.xml").content).xpath(
            "//*[local-name()='loc']/text()"
        )

    assert locations() == [PAGE]
    set_up(world, is_indexed=False)
    assert locations() == []
    answer = web.get("/archive/daily/7")
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in answer.text
