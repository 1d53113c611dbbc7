from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import urljoin, urlsplit

import feedparser
import httpx
import pytest
from lxml import html

from digest.demo.newsroom import Newsroom
from digest.domain.states import SourceKind

NOW = datetime(2031, 3, 30, 1, 15, 20, tzinfo=UTC)
FRESH_OF_FULL_FEED, FRESH_OF_SUMMARIES = 6, 5


@pytest.fixture(scope="module")
def client():
    with httpx.Client(trust_env=False, timeout=5) as client:
        yield client


@pytest.fixture(scope="module")
def newsroom():
    with Newsroom(NOW) as newsroom:
        yield newsroom


@pytest.fixture
def own_newsroom():
    """One that a test may publish in."""
    with Newsroom(NOW) as newsroom:
        yield newsroom


def posts(client, newsroom, **query):
    return client.get(newsroom.posts_url, params=query)


def test_both_feeds_are_sound_rss(client, newsroom):
    for url, count in (
        (newsroom.full_feed_url, FRESH_OF_FULL_FEED),
        (newsroom.summary_feed_url, FRESH_OF_SUMMARIES),
    ):
        feed = feedparser.parse(client.get(url).content)
        assert not feed.bozo
        assert feed.version == "rss20"
        assert len(feed.entries) == count
        for entry in feed.entries:
            assert entry.title
            assert entry.author
            assert entry.guidislink is False
            assert NOW - timedelta(days=4) < datetime(*entry.published_parsed[:6], tzinfo=UTC) < NOW
            assert entry.tags[0].term in {"World", "Economy", "Climate", "Technology"}


def test_only_the_full_feed_carries_key_points_and_related_stories(client, newsroom):
    full = feedparser.parse(client.get(newsroom.full_feed_url).content)
    assert all(e.content[0].value.count("<li>") >= 3 for e in full.entries)
    assert all("[...] More</a>" in e.content[0].value for e in full.entries)
    short = feedparser.parse(client.get(newsroom.summary_feed_url).content)
    assert all("content" not in e and "<" not in e.summary for e in short.entries)


def test_a_feed_link_leads_to_its_page_in_spite_of_tracking(client, newsroom):
    feed = feedparser.parse(client.get(newsroom.full_feed_url).content)
    link = feed.entries[0].link
    assert "utm_source" in link
    page = html.fromstring(client.get(link).text)
    canonical = page.xpath("//link[@rel='canonical']/@href")[0]
    assert canonical == link.partition("?")[0] == newsroom.url("callow-strait-toll")


def test_every_page_and_picture_and_every_link_on_them_is_there(client, newsroom):
    seen = set()
    for page in newsroom.pages():
        reply = client.get(page)
        assert reply.status_code == 200
        tree = html.fromstring(reply.text)
        tree.make_links_absolute(page)
        seen.update(tree.xpath("//a/@href | //img/@src | //link[@rel='alternate']/@href"))
    links = {link.partition("#")[0] for link in seen if link.startswith("http")}
    assert any("/pictures/" in link for link in links)
    for link in sorted(links):
        assert client.get(link).status_code == 200, link


def test_teasers_have_the_label_glued_to_their_sentence(client, newsroom):
    page = html.fromstring(client.get(newsroom.url("callow-strait-toll")).text)
    teasers = [p.text_content() for p in page.xpath("//section[@class='related']//p")]
    assert len(teasers) == 3
    assert teasers[0].startswith("Bottom Line Up FrontThe Lantern Sea Council has settled")
    assert all(t.endswith(" [...] More") for t in teasers)


def test_a_page_says_its_language(client, newsroom):
    german = html.fromstring(client.get(newsroom.url("kestria-stromnetz")).text)
    assert german.get("lang") == "de"
    assert html.fromstring(client.get(newsroom.index_url).text).get("lang") == "en"


def test_an_unlabelled_page_has_bullets_between_caption_and_body(client, newsroom):
    page = html.fromstring(client.get(newsroom.url("norvane-ice-port")).text)
    article = page.xpath("//article")[0]
    assert [e.tag for e in article][3:6] == ["figure", "ul", "p"]
    assert not article.xpath(".//h2")
    assert article.xpath(".//img/@alt")[0].startswith("A red icebreaker")


def test_the_index_lists_what_is_in_no_feed(client, newsroom):
    page = html.fromstring(client.get(newsroom.index_url).text)
    page.make_links_absolute(newsroom.index_url)
    listed = page.xpath("//main//a/@href")
    assert listed == [newsroom.url("night-trains-return"), newsroom.url("village-schools-merge")]
    feeds = client.get(newsroom.full_feed_url).text + client.get(newsroom.summary_feed_url).text
    assert not any(url in feeds for url in listed)


def test_posts_are_paged_by_headers(client, newsroom):
    first = posts(client, newsroom, per_page=5)
    total, pages = int(first.headers["X-WP-Total"]), int(first.headers["X-WP-TotalPages"])
    found = [
        post["id"]
        for page in range(1, pages + 1)
        for post in posts(client, newsroom, per_page=5, page=page).json()
    ]
    assert pages == -(-total // 5) >= 3
    assert len(found) == len(set(found)) == total
    assert len(posts(client, newsroom).json()) == 10


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"page": 99}, "rest_post_invalid_page_number"),
        ({"per_page": 101}, "rest_invalid_param"),
        ({"per_page": "many"}, "rest_invalid_param"),
        ({"after": "yesterday"}, "rest_invalid_param"),
    ],
)
def test_wrong_parameters_are_refused_as_wordpress_does(client, newsroom, query, code):
    reply = posts(client, newsroom, **query)
    assert reply.status_code == 400
    assert reply.json()["code"] == code


def test_a_post_has_the_shape_that_wordpress_gives(client, newsroom):
    rows = posts(client, newsroom, per_page=100, _embed="1").json()
    post = next(row for row in rows if row["slug"] == "port-robots-union")
    assert post["status"] == "publish"
    assert post["date_gmt"] == "2031-03-29T07:15:20"
    assert post["date"] == "2031-03-29T09:15:20"
    assert post["link"] == newsroom.url("port-robots-union")
    embedded = post["_embedded"]
    assert embedded["author"][0]["name"] == "Wim Castellan"
    assert embedded["author"][0]["id"] == post["author"]
    section = embedded["wp:term"][0][0]
    assert (section["name"], section["taxonomy"]) == ("Technology", "category")
    assert post["categories"] == [section["id"]]
    media = embedded["wp:featuredmedia"][0]
    assert media["alt_text"].startswith("Two tall cranes")
    assert client.get(media["source_url"]).headers["content-type"] == "image/svg+xml"
    assert "’" not in post["content"]["rendered"]
    assert "Port Amery’s largest union" in unescape(post["content"]["rendered"])


def test_nothing_is_embedded_unless_asked(client, newsroom):
    assert not any("_embedded" in row for row in posts(client, newsroom).json())


def test_one_post_is_protected_and_one_scheduled_and_neither_has_a_page(client, newsroom):
    rows = {row["slug"]: row for row in posts(client, newsroom, per_page=100).json()}
    protected, scheduled = rows["council-briefing-notes"], rows["harbour-budget-embargo"]
    assert protected["content"] == {"rendered": "", "protected": True}
    assert scheduled["status"] == "future"
    assert scheduled["date_gmt"] > NOW.isoformat()
    for row in (protected, scheduled):
        assert row["link"] not in newsroom.pages()
        assert client.get(row["link"]).status_code == 404
    assert [slug for slug, row in rows.items() if row["content"]["protected"]] == [
        "council-briefing-notes"
    ]


def test_posts_can_be_asked_for_by_time_and_in_order(client, newsroom):
    after = (NOW - timedelta(hours=14)).isoformat()
    recent = posts(client, newsroom, after=after, order="asc").json()
    assert [row["slug"] for row in recent] == [
        "fisheries-quota-deal",
        "callow-strait-toll-analysis",
        "harbour-budget-embargo",
    ]


def urls(newsroom):
    return [
        newsroom.full_feed_url,
        newsroom.summary_feed_url,
        newsroom.index_url,
        newsroom.posts_url,
        newsroom.url("callow-strait-toll"),
    ]


def test_what_has_not_changed_is_not_sent_again(client, newsroom):
    for url in urls(newsroom):
        first = client.get(url)
        by_tag = client.get(url, headers={"If-None-Match": f'"x", W/{first.headers["etag"]}'})
        by_date = client.get(url, headers={"If-Modified-Since": first.headers["last-modified"]})
        for reply in (by_tag, by_date):
            assert (reply.status_code, reply.content) == (304, b"")
            assert reply.headers["etag"] == first.headers["etag"]
        other_tag = {"If-None-Match": '"x"', "If-Modified-Since": first.headers["last-modified"]}
        assert client.get(url, headers=other_tag).status_code == 200
    assert newsroom.answered()[304] >= 10


def test_a_wrong_date_is_no_condition(client, newsroom):
    reply = client.get(newsroom.full_feed_url, headers={"If-Modified-Since": "last week"})
    assert reply.status_code == 200


def test_head_gives_the_headers_alone(client, newsroom):
    reply = client.head(newsroom.full_feed_url)
    assert reply.content == b""
    assert int(reply.headers["content-length"]) == len(client.get(newsroom.full_feed_url).content)


def test_what_is_not_there_is_not_found(client, newsroom):
    base = newsroom.ledger.base_url
    for path in ("/nothing", "/pictures/none.svg", "/pictures/../pages.py", "/pictures/"):
        assert client.get(base + path).status_code == 404


def test_robots_may_read_the_briefs(client, newsroom):
    for site in (newsroom.ledger, newsroom.dispatch):
        assert "Disallow: /search" in client.get(site.base_url + "/robots.txt").text


def test_the_sources_are_of_three_kinds(newsroom):
    kinds = [source.kind for source in newsroom.sources]
    assert kinds == [SourceKind.FEED, SourceKind.FEED, SourceKind.INDEX, SourceKind.WORDPRESS]
    assert len({source.name for source in newsroom.sources}) == 4


def test_a_new_brief_comes_first_until_the_reserve_is_used_up(client, own_newsroom):
    published = []
    for hours in range(1, 10):
        article = own_newsroom.publish_next(NOW + timedelta(hours=hours))
        if article is None:
            break
        published.append(own_newsroom.url(article.slug))
        front = urljoin(published[-1], "/")
        links = html.fromstring(client.get(front).text).xpath("//main//a/@href")
        assert urljoin(front, links[0]) == published[-1]
    assert len(set(published)) == 4
    assert set(published) <= own_newsroom.pages()


def test_a_correction_keeps_the_guid_and_changes_the_tag(client, own_newsroom):
    url = own_newsroom.full_feed_url
    before = client.get(url)
    later = NOW + timedelta(minutes=5)
    own_newsroom.correct("callow-strait-toll", 1, "A bullet that was corrected.", later)
    after = client.get(url, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    old, new = (feedparser.parse(reply.content).entries[0] for reply in (before, after))
    assert new.id == old.id
    assert new.published == old.published
    assert new.updated != old.updated
    assert "A bullet that was corrected." in new.content[0].value
    assert "A bullet that was corrected." in client.get(new.link).text


def test_the_same_now_and_ports_serve_the_same_octets(client):
    with Newsroom(NOW) as one:
        ports = tuple(urlsplit(site.base_url).port for site in (one.ledger, one.dispatch))
        first = [client.get(url).content for url in urls(one)]
    client_of_two = httpx.Client(trust_env=False)
    with Newsroom(NOW, ports=ports) as two, client_of_two:
        assert [client_of_two.get(url).content for url in urls(two)] == first
