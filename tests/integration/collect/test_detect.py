"""The kind of a source is guessed from what its address answers."""

import pytest

from digest.collect.detect import detect_kind
from digest.domain.errors import Permanent
from digest.domain.states import SourceKind
from tests.integration.collect.newsroom import article, rss, rss_item
from tests.integration.fetch.server import make_fetcher

ALTERNATE = "<link rel=alternate type=application/rss+xml href='{}' title='{}'>"
POSTS = b'[{"link":"https://x.example/1","content":{"rendered":"x"}}]'


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (rss(rss_item("/a")), SourceKind.FEED),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x --><feed xmlns='x'/>", SourceKind.FEED),
        (rss(rss_item("/a")).decode().encode("utf-16"), SourceKind.FEED),
        (b'{"version":"https://jsonfeed.org/version/1"}', SourceKind.JSON_FEED),
        (POSTS, SourceKind.WORDPRESS),
        (article().encode(), SourceKind.PAGE),
        (
            b"<html><body>"
            + b"".join(b"<a href=/%d>a link of many words</a>" % n for n in range(6)),
            SourceKind.INDEX,
        ),
    ],
)
def test_a_document_shows_its_kind(site, body, kind):
    site.serve("/x", body)
    assert detect_kind(site.url("/x"), make_fetcher()) == (kind, site.url("/x"))


def test_a_page_names_its_feed(site):
    head = ALTERNATE.format("/comments/feed", "Comments") + ALTERNATE.format("/feed", "Briefs")
    site.serve("/x", article(head=head).encode())
    assert detect_kind(site.url("/x"), make_fetcher()) == (SourceKind.FEED, site.url("/feed"))


@pytest.mark.parametrize("is_open", [True, False])
def test_a_wordpress_api_is_preferred_where_it_is_open(site, is_open):
    head = ALTERNATE.format("/feed", "Briefs")
    site.serve(
        "/x",
        article(head=head + "<link rel='https://api.w.org/' href='/wp-json/'>").encode(),
    )
    if is_open:
        site.serve("/wp-json/wp/v2/posts", POSTS)
    expected = (
        (SourceKind.WORDPRESS, site.url("/wp-json/wp/v2/posts"))
        if is_open
        else (SourceKind.FEED, site.url("/feed"))
    )
    assert detect_kind(site.url("/x"), make_fetcher()) == expected


def test_a_path_is_a_folder(tmp_path):
    assert detect_kind(str(tmp_path), make_fetcher()) == (SourceKind.FOLDER, str(tmp_path))


@pytest.mark.parametrize("body", [b'{"a":1}', b"%PDF-1.7", b"", b"[1]"])
def test_what_can_not_be_collected_is_said_to_be_that(site, body):
    site.serve("/x", body, Content_Type="application/octet-stream")
    with pytest.raises(Permanent):
        detect_kind(site.url("/x"), make_fetcher())
