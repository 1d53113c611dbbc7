"""A feed gives whole briefs, with pages fetched where it carries summaries only."""

from datetime import UTC, datetime

import pytest

from digest.domain.brief import Image
from digest.domain.errors import DigestError, Permanent, Transient
from digest.domain.states import SourceKind
from tests.integration.collect.newsroom import BULLETS, PARAGRAPHS, article, content, rss, rss_item


def test_a_full_feed_needs_no_page(site, collect):
    whole = f"<content:encoded><![CDATA[{content()}]]></content:encoded>"
    site.serve("/rss", rss(rss_item("/a?utm_source=rss#x", more=whole)))
    (brief,) = collect(SourceKind.FEED, site.url("/rss")).briefs
    assert brief.url == site.url("/a")
    assert brief.guid == "g:/a?utm_source=rss#x"
    assert brief.title == "Lindmouth opens a quay"
    assert brief.bluf == BULLETS
    assert brief.body == PARAGRAPHS
    assert brief.teaser == "The port grew."
    assert brief.published is None
    assert site.paths() == ["/rss"]


def test_a_picture_without_words_takes_those_of_the_text(site, collect):
    text = content() + "<img src='/quay-640x320.png' alt='Two cranes at dawn'>"
    whole = f"<content:encoded><![CDATA[{text}]]></content:encoded>"
    media = "<media:content url='/quay.png' medium='image'/>"
    site.serve("/rss", rss(rss_item("/a", more=whole + media)))
    (brief,) = collect(SourceKind.FEED, site.url("/rss")).briefs
    assert brief.image == Image(site.url("/quay.png"), "Two cranes at dawn")


def test_a_summary_has_its_page_read(site, collect):
    site.serve("/rss", rss(rss_item("/a")))
    site.serve("/a", article(head="<link rel=canonical href='/a-quay'>").encode())
    found = collect(SourceKind.FEED, site.url("/rss"))
    (brief,) = found.briefs
    assert (brief.bluf, brief.body) == (BULLETS, PARAGRAPHS)
    assert (brief.title, brief.url) == ("Lindmouth opens a quay", site.url("/a-quay"))
    assert site.paths() == ["/rss", "/robots.txt", "/a"]
    assert found.etag is not None


def test_a_known_summary_is_left_out_until_its_feed_says_it_changed(site, collect):
    entry = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>x</title><entry><id>tag:1</id>"
        "<title>t</title><link href='/a'/><summary>s</summary>"
        "<updated>2026-11-22T10:00:00Z</updated></entry></feed>"
    )
    site.serve("/atom", entry.encode())
    site.serve("/a", article().encode())
    later, earlier = (datetime(2026, 11, 22, hour, tzinfo=UTC) for hour in (11, 9))
    assert not collect(SourceKind.FEED, site.url("/atom"), known={"tag:1"}, since=later).briefs
    assert site.paths() == ["/atom"]
    assert collect(SourceKind.FEED, site.url("/atom"), known={"tag:1"}, since=earlier).briefs


def test_one_page_that_fails_costs_only_its_bluf(site, collect):
    site.serve("/rss", rss(rss_item("/gone"), rss_item("/a")))
    site.serve("/a", article().encode())
    found = collect(SourceKind.FEED, site.url("/rss"))
    assert [(brief.bluf, brief.teaser) for brief in found.briefs] == [
        ((), "The port grew."),
        (BULLETS, "The port grew."),
    ]
    (note,) = found.notes
    assert "404" in note.reason


def test_robots_txt_keeps_a_page_from_being_read(site, collect):
    site.serve("/robots.txt", b"User-agent: *\nDisallow: /")
    site.serve("/rss", rss(rss_item("/a")))
    site.serve("/a", article().encode())
    found = collect(SourceKind.FEED, site.url("/rss"))
    assert found.briefs[0].bluf == ()
    assert "robots.txt" in found.notes[0].reason
    assert "/a" not in site.paths()


def test_no_more_pages_are_read_than_allowed_and_the_rest_comes_next_time(site, collect):
    site.serve("/rss", rss(*(rss_item(f"/{n}") for n in range(5))), ETag='"1"')
    for n in range(5):
        site.serve(f"/{n}", article().encode())
    found = collect(SourceKind.FEED, site.url("/rss"), max_pages=3)
    assert len(found.briefs) == 3
    assert found.etag is None
    assert [remark.reason for remark in found.skipped] == [
        "Many items are new: its page is read on the next visit."
    ] * 2
    rest = collect(
        SourceKind.FEED, site.url("/rss"), known={brief.guid for brief in found.briefs}, max_pages=3
    )
    assert [brief.guid for brief in rest.briefs] == ["g:/3", "g:/4"]
    assert rest.etag == '"1"'


@pytest.mark.parametrize("headers", [{"ETag": '"1"'}, {}])
def test_what_did_not_change_is_not_read_again(site, collect, headers):
    site.serve("/rss", rss(rss_item("/a")), **headers)
    site.serve("/a", article().encode())
    first = collect(SourceKind.FEED, site.url("/rss"))
    if headers:
        site.serve("/rss", status=304)
    second = collect(SourceKind.FEED, site.url("/rss"), last=first)
    assert second.not_modified
    assert (second.briefs, second.etag) == ((), first.etag)
    assert site.requests[-1][1].get("if-none-match") == headers.get("ETag")
    site.serve("/rss", rss(rss_item("/b")))
    assert not collect(SourceKind.FEED, site.url("/rss"), last=first).not_modified


def test_dates_beyond_belief_are_noted_and_not_taken(site, collect):
    whole = f"<content:encoded><![CDATA[{content()}]]></content:encoded>"
    dates = ["Tue, 24 Nov 2026 10:00:00 GMT", "Mon, 23 Nov 2026 10:00:00 GMT", "nonsense"]
    items = (
        rss_item(f"/{n}", more=f"<pubDate>{date}</pubDate>{whole}") for n, date in enumerate(dates)
    )
    site.serve("/rss", rss(*items))
    found = collect(SourceKind.FEED, site.url("/rss"))
    tomorrow = datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert [brief.published for brief in found.briefs] == [None, tomorrow, None]
    assert [note.reason for note in found.notes] == [
        "Its date, 2026-11-24 10:00 UTC, is not believed."
    ]


def test_items_without_a_link_or_given_twice_make_no_brief(site, collect):
    whole = f"<content:encoded><![CDATA[{content()}]]></content:encoded>"
    site.serve(
        "/rss",
        rss(
            rss_item("/a", more=whole),
            rss_item("/a?utm_medium=x", more=whole),
            rss_item("javascript:alert(1)", "Bad", whole),
        ),
    )
    found = collect(SourceKind.FEED, site.url("/rss"))
    assert [brief.url for brief in found.briefs] == [site.url("/a")]
    assert [remark.what for remark in found.skipped] == ["Bad"]
    assert found.skipped[0].reason == "It has no link."


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, b"", Permanent),
        (500, b"", Transient),
        (200, b"<rss><channel><item", Permanent),
        (200, b"hello", Permanent),
        (200, b'<!DOCTYPE a [<!ENTITY a "b">]><rss/>', Permanent),
        (302, b"", Permanent),
    ],
)
def test_a_broken_feed_says_so_in_a_sentence(site, collect, status, body, kind):
    site.serve("/rss", body, status, Location="http://127.0.0.2/")
    with pytest.raises(kind) as caught:
        collect(SourceKind.FEED, site.url("/rss"))
    assert isinstance(caught.value, DigestError)
    assert "127.0.0." in str(caught.value)


def test_a_json_feed_is_collected(site, collect):
    site.serve(
        "/feed.json",
        b'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","url":"/a","title":"T"}]}',
    )
    site.serve("/a", article().encode())
    (brief,) = collect(SourceKind.JSON_FEED, site.url("/feed.json")).briefs
    assert (brief.guid, brief.title, brief.bluf) == ("1", "T", BULLETS)
