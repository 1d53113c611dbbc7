"""A WordPress site gives what its readers can see, page after page."""

import json
from datetime import UTC, datetime

import pytest

from digest.collect.wordpress import posts_url
from digest.domain.brief import Image
from digest.domain.states import SourceKind
from tests.integration.collect.newsroom import BULLETS, PARAGRAPHS, content


def post(number: int, **changes) -> dict:
    return {
        "id": number,
        "date_gmt": "2026-11-22T10:00:00",
        "modified_gmt": "2026-11-22T10:30:00",
        "guid": {"rendered": f"https://orrin.example/?p={number}"},
        "status": "publish",
        "link": f"https://orrin.example/{number}/?utm_source=api",
        "title": {"rendered": "Lindmouth&#8217;s <em>quay</em> &amp; more"},
        "content": {"rendered": content(), "protected": False},
        "excerpt": {"rendered": "<p>The port grew. [&hellip;]</p>", "protected": False},
        "_embedded": {
            "author": [{"name": "Ada Moor"}],
            "wp:term": [
                [{"taxonomy": "category", "name": "Ports &amp; Sea"}],
                [{"taxonomy": "post_tag", "name": "grain"}],
            ],
            "wp:featuredmedia": [{"source_url": "/q.jpg", "alt_text": "A &quot;quay&quot;"}],
        },
        **changes,
    }


def serve(site, *pages: list[dict], link: bool = False) -> None:
    def answer(handler):
        number = int(handler.path.partition("&page=")[2].partition("&")[0])
        body = json.dumps(pages[number - 1]).encode()
        handler.send_response(200)
        if link and number < len(pages):
            handler.send_header("Link", '<https://x.example/>; rel="next"')
        elif not link:
            handler.send_header("X-WP-TotalPages", str(len(pages)))
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    site.routes["/wp-json/wp/v2/posts"] = answer


def test_a_post_is_taken_with_all_that_it_embeds(site, collect):
    serve(site, [post(1)])
    found = collect(SourceKind.WORDPRESS, site.url("/"))
    (brief,) = found.briefs
    assert (brief.guid, brief.url) == ("https://orrin.example/?p=1", "https://orrin.example/1/")
    assert brief.title == "Lindmouth’s quay & more"
    assert brief.published == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert (brief.author, brief.categories) == ("Ada Moor", ("Ports & Sea",))
    assert brief.image == Image("https://orrin.example/q.jpg", 'A "quay"')
    assert (brief.bluf, brief.body) == (BULLETS, PARAGRAPHS)
    assert brief.teaser == "The port grew."
    assert "_embed=author,wp:term,wp:featuredmedia" in site.paths()[0]


@pytest.mark.parametrize("link", [True, False])
def test_all_pages_are_read_up_to_the_limit(site, collect, link):
    serve(site, [post(1), post(2)], [post(3), post(4)], [post(5)], link=link)
    assert len(collect(SourceKind.WORDPRESS, site.url("/")).briefs) == 5
    assert len(site.requests) == 3
    assert len(collect(SourceKind.WORDPRESS, site.url("/"), max_items=3).briefs) == 3
    assert len(site.requests) == 5


def test_what_readers_can_not_see_is_left_out_and_said(site, collect):
    serve(
        site,
        [
            post(1, title={"rendered": "Secret"}, content={"rendered": "", "protected": True}),
            post(2, title={"rendered": "Later"}, date_gmt="2026-11-22T18:00:00"),
            post(3, title={"rendered": "Draft"}, status="draft"),
            post(4),
        ],
    )
    found = collect(SourceKind.WORDPRESS, site.url("/"))
    assert [brief.url for brief in found.briefs] == ["https://orrin.example/4/"]
    assert [(remark.what, remark.reason) for remark in found.skipped] == [
        ("Secret", "It is protected by a password."),
        ("Later", "It is scheduled for 2026-11-22 18:00 UTC."),
        ("Draft", "Its status is 'draft', not published."),
    ]
    assert found.etag is None  # what is scheduled is asked for again


def test_a_second_page_that_fails_does_not_lose_the_first(site, collect):
    serve(site, [post(1)], [])
    inner = site.routes["/wp-json/wp/v2/posts"]
    site.routes["/wp-json/wp/v2/posts"] = lambda handler: (
        handler.send_error(500) if "&page=2" in handler.path else inner(handler)
    )
    found = collect(SourceKind.WORDPRESS, site.url("/"))
    assert len(found.briefs) == 1
    assert found.etag is None
    assert "500" in found.skipped[0].reason


def test_paging_stops_where_all_is_known_and_unchanged(site, collect):
    serve(site, [post(1)], [post(2)])
    names = {"https://orrin.example/?p=1", "https://orrin.example/?p=2"}
    later = datetime(2026, 11, 22, 11, tzinfo=UTC)
    assert not collect(SourceKind.WORDPRESS, site.url("/"), known=names, since=later).briefs
    assert len(site.requests) == 1
    earlier = datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert len(collect(SourceKind.WORDPRESS, site.url("/"), known=names, since=earlier).briefs) == 2


def test_a_post_of_nonsense_is_skipped(site, collect):
    nonsense = [
        {},
        None,
        post(1, title=None, content=[], excerpt={"rendered": 1}, _embedded=7, link="/relative"),
        post(2),
    ]
    serve(site, nonsense)
    found = collect(SourceKind.WORDPRESS, site.url("/"))
    assert [brief.url for brief in found.briefs] == ["https://orrin.example/2/"]
    assert len(found.skipped) >= 2


@pytest.mark.parametrize(
    ("given", "posts"),
    [
        ("https://a.example", "https://a.example/wp-json/wp/v2/posts"),
        ("https://a.example/blog/", "https://a.example/blog/wp-json/wp/v2/posts"),
        ("https://a.example/wp-json/", "https://a.example/wp-json/wp/v2/posts"),
        ("https://a.example/wp-json/wp/v2/posts?categories=3", None),
        ("https://a.example/?rest_route=/", "https://a.example/?rest_route=%2Fwp%2Fv2%2Fposts"),
    ],
)
def test_the_posts_of_a_site_are_found(given, posts):
    assert posts_url(given) == (posts or given)
