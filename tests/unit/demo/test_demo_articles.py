from datetime import UTC, datetime, timedelta

import pytest

from digest.demo.newsroom.articles import FOLDER, Status, load_articles, parse_article
from digest.demo.newsroom.pages import FOLDER as PAGES

NOW = datetime(2031, 3, 30, 1, 15, tzinfo=UTC)


def everything():
    return [a for shelf in ("fresh", "archive", "reserve") for a in load_articles(shelf, NOW)]


def test_at_least_sixteen_briefs_are_of_the_last_four_days():
    public = [a for a in load_articles("fresh", NOW) if a.status is Status.PUBLIC]
    assert len(public) >= 16
    assert all(timedelta(0) < NOW - a.published < timedelta(days=4) for a in public)


def test_the_archive_is_too_old_to_be_news():
    assert all(NOW - a.published >= timedelta(days=20) for a in load_articles("archive", NOW))


def test_every_brief_has_three_or_four_bullets_and_enough_text():
    for article in everything():
        assert 3 <= len(article.bullets) <= 4, article.slug
        assert 2 <= len(article.body) <= 5, article.slug
        assert all(30 < len(bullet) < 260 for bullet in article.bullets), article.slug


def test_fresh_public_briefs_have_three_to_five_paragraphs():
    for article in load_articles("fresh", NOW):
        if article.status is Status.PUBLIC:
            assert 3 <= len(article.body) <= 5, article.slug


def test_related_stories_are_old_ones_of_the_same_site():
    archive = {a.slug: a for a in load_articles("archive", NOW)}
    for article in everything():
        assert article.related, article.slug
        for slug in article.related:
            assert archive[slug].site == article.site, (article.slug, slug)
            assert slug != article.slug


def test_every_picture_exists_and_has_a_text_alternative():
    pictures = [a.picture for a in everything() if a.picture]
    assert len(pictures) >= 2
    for picture in pictures:
        assert (PAGES / "pictures" / picture.file).is_file()
        assert len(picture.alt) > 20


def test_the_sections_languages_labels_and_authors_vary():
    articles = everything()
    assert len({a.section for a in articles}) == 5
    assert {a.language for a in articles} == {"en", "de"}
    assert len({a.label for a in articles}) >= 8
    assert None in {a.label for a in articles}
    assert len({a.author for a in articles}) >= 6


def test_one_brief_is_on_both_sites_with_one_bullet_reworded():
    fresh = {a.slug: a for a in load_articles("fresh", NOW)}
    one, other = fresh["callow-strait-toll"], fresh["callow-strait-toll-analysis"]
    straight = [b.replace("’", "'").replace("“", '"').replace("”", '"') for b in one.bullets]
    assert one.site != other.site
    assert other.headline == f"Analysis: {one.headline}"
    assert sum(a != b for a, b in zip(straight, other.bullets, strict=True)) == 1
    assert "’" in one.body[0]
    assert "’" not in "".join(other.body)


def test_slugs_are_unique():
    slugs = [file.stem for file in FOLDER.glob("*/*.txt")]
    assert len(slugs) == len(set(slugs))


@pytest.mark.parametrize("age", ["3", "h3", "3 weeks"])
def test_an_age_that_is_none_is_refused(age):
    text = f"headline: H\nsite: ledger\nsection: World\nauthor: A\nage: {age}\nlayout: box\n"
    with pytest.raises(ValueError, match="is not an age"):
        parse_article("x", text, NOW)


def test_a_scheduled_article_was_not_changed_in_the_future():
    scheduled = [a for a in everything() if a.published > NOW]
    assert [a.status for a in scheduled] == [Status.SCHEDULED]
    assert scheduled[0].modified == NOW
