"""The newsroom's HTML: article pages, index pages, and the content that feeds and API carry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from digest.demo.newsroom.articles import Article
from digest.demo.newsroom.reply import Reply
from digest.demo.newsroom.site import Site

HTML = "text/html; charset=utf-8"
TEASER_LENGTH = 150
FOLDER = Path(__file__).parent

_TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER / "pages"), autoescape=True, undefined=StrictUndefined
)


@dataclass(frozen=True, slots=True)
class RelatedTeaser:
    """A related story as real pages show it: the label glued to a sentence that is cut short."""

    title: str
    url: str
    teaser: str


def article_page(site: Site, article: Article, related: Sequence[Article]) -> Reply:
    """The page of one article, with menus, share links and related stories around it."""
    stories = [_teaser(story, site.path(story)) for story in related]
    return _page(
        f"{site.key}-article.html",
        article.modified,
        site=site,
        language=article.language,
        article=article,
        url=site.url(article),
        path=site.path(article),
        stories=stories,
    )


def index_page(site: Site, heading: str, articles: Sequence[Article]) -> Reply:
    """A page of links, newest first."""
    return _page(
        f"{site.key}-index.html",
        max((a.modified for a in articles), default=None),
        site=site,
        language="en",
        heading=heading,
        entries=[{"article": a, "path": site.path(a)} for a in articles],
    )


def about_page(site: Site) -> Reply:
    """A page without key points whose title holds the words."""
    return _page("ledger-about.html", None, site=site, language="en")


def content(site: Site, article: Article, related: Sequence[Article] = ()) -> str:
    """The article as feeds and the API carry it: key points, text, and ``related`` if any."""
    stories = [_teaser(story, site.url(story)) for story in related]
    template = _TEMPLATES.get_template("content.html")
    return template.render(article=article, base=site.base_url, stories=stories)


def picture(file: str) -> Reply | None:
    """A drawing of ``pictures/``; None where there is none of that name."""
    path = FOLDER / "pictures" / file
    if path.parent != FOLDER / "pictures" or not path.is_file():
        return None
    return Reply(path.read_bytes(), "image/svg+xml")


def _teaser(story: Article, url: str) -> RelatedTeaser:
    start = " ".join(story.bullets)[:TEASER_LENGTH].rsplit(" ", 1)[0]
    return RelatedTeaser(story.headline, url, f"{story.label or ''}{start}")


def _page(template: str, modified: datetime | None, **values: Any) -> Reply:
    text = _TEMPLATES.get_template(template).render(**values)
    return Reply(text.encode(), HTML, modified=modified)
