"""The newsroom is read by the collectors exactly as it was written."""

from datetime import UTC, datetime

import pytest

from digest.collect.source import SourceSpec, collect_source
from digest.demo.newsroom import Newsroom
from digest.demo.newsroom.articles import Status
from digest.domain.states import SourceKind
from digest.fetch import Fetcher
from digest.settings import load_settings

NOW = datetime(2031, 3, 30, 1, 15, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def newsroom():
    with Newsroom(NOW) as newsroom:
        yield newsroom


@pytest.fixture(scope="module")
def collected(newsroom, tmp_path_factory):
    """What each source gave, by its name."""
    home = tmp_path_factory.mktemp("home")
    fetcher = Fetcher(load_settings(home=home, fetch_allow="127.0.0.0/8", fetch_delay=0))
    return {
        source.name: collect_source(
            SourceSpec(kind=source.kind, url=source.url, name=source.name),
            fetcher,
            now=NOW,
            known=lambda _name: False,
        )
        for source in newsroom.sources
    }


def briefs(collected):
    return [brief for found in collected.values() for brief in found.briefs]


def article_of(newsroom, brief):
    return newsroom.shelf.find(brief.url.rstrip("/").rpartition("/")[2])


def test_each_brief_is_collected_once_and_nothing_else(newsroom, collected):
    urls = [brief.url for brief in briefs(collected)]
    sites = (newsroom.ledger, newsroom.dispatch)
    fresh = [a for site in sites for a in newsroom.shelf.public(site.key)]
    expected = {newsroom.url(a.slug) for a in fresh if (NOW - a.published).days < 4}
    assert len(expected) == 20
    assert expected <= set(urls)
    assert len(urls) == len(set(urls))


def test_the_words_come_out_as_they_were_written(newsroom, collected):
    for brief in briefs(collected):
        article = article_of(newsroom, brief)
        assert brief.title == article.headline
        assert brief.bluf == article.bullets
        assert brief.body == article.body
        assert brief.author == article.author
        assert brief.published == article.published
        assert (brief.language or "")[:2] == article.language


def test_pictures_come_with_their_text_alternative(newsroom, collected):
    for brief in briefs(collected):
        picture = article_of(newsroom, brief).picture
        assert (brief.image and brief.image.alt) == (picture and picture.alt)


def test_sections_become_categories(newsroom, collected):
    for source in newsroom.sources:
        for brief in collected[source.name].briefs:
            assert brief.categories == (article_of(newsroom, brief).section,)


def test_the_related_stories_of_ledger_pages_are_harvested_without_the_glued_label(
    newsroom, collected
):
    for source in newsroom.sources:
        if source.kind is SourceKind.WORDPRESS:
            continue
        for brief in collected[source.name].briefs:
            related = [newsroom.shelf.find(slug) for slug in article_of(newsroom, brief).related]
            assert [story.title for story in brief.related] == [a.headline for a in related]
            assert [story.url for story in brief.related] == [newsroom.url(a.slug) for a in related]
            for story, article in zip(brief.related, related, strict=True):
                assert story.teaser[:40] == article.bullets[0][:40]
                assert "More" not in story.teaser[-10:]


def test_hidden_posts_are_left_out_and_the_reason_is_told(newsroom, collected):
    hidden = [a for a in newsroom.shelf.of_site("dispatch") if a.status is not Status.PUBLIC]
    skipped = collected[newsroom.dispatch.name].skipped
    assert {remark.what for remark in skipped} == {a.headline for a in hidden}
