"""The Dispatch's posts as the WordPress REST API gives them (developer.wordpress.org/rest-api)."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from digest.demo.newsroom.articles import Article, Status
from digest.demo.newsroom.reply import Reply
from digest.demo.newsroom.site import DISPATCH_ZONE, Site
from digest.demo.newsroom.terms import Terms

JSON = "application/json; charset=UTF-8"
MAX_PER_PAGE = 100
ENTITIES = str.maketrans({"’": "&#8217;", "‘": "&#8216;", "–": "&#8211;", "…": "&#8230;"})


def posts(
    site: Site,
    articles: Sequence[Article],
    query: Mapping[str, str],
    content: Callable[[Article], str],
) -> Reply:
    """``GET /wp-json/wp/v2/posts``: a page of posts, with the totals in headers.

    Understood: ``per_page``, ``page``, ``after``, ``modified_after``, ``orderby`` (date or
    modified), ``order``, ``_embed``.
    """
    try:
        size = _number(query, "per_page", 10, MAX_PER_PAGE)
        page = _number(query, "page", 1, 1_000_000)
        found = _selected(articles, query)
    except ValueError as error:
        return _refusal("rest_invalid_param", f"Invalid parameter(s): {error}")
    pages = -(-len(found) // size)
    if page > max(pages, 1):
        return _refusal("rest_post_invalid_page_number", "The page number is too large.")
    terms = Terms(articles)
    shown = found[(page - 1) * size : page * size]
    rows = [
        _post(site, a, terms, content(a).translate(ENTITIES), embed="_embed" in query)
        for a in shown
    ]
    return Reply(
        json.dumps(rows).encode(),
        JSON,
        modified=max((a.modified for a in found), default=None),
        headers=(("X-WP-Total", str(len(found))), ("X-WP-TotalPages", str(pages))),
    )


def root(site: Site) -> Reply:
    """``GET /wp-json/``: by this a WordPress site is recognised."""
    body = {"name": site.name, "description": site.tagline, "url": site.base_url}
    return Reply(json.dumps({**body, "namespaces": ["wp/v2"]}).encode(), JSON)


def rendered(text: str) -> str:
    """Text as WordPress renders a title: markup escaped, typographic characters as entities."""
    return escape(text, quote=False).translate(ENTITIES)


def _selected(articles: Sequence[Article], query: Mapping[str, str]) -> list[Article]:
    by_change = query.get("orderby", "date") == "modified"
    found = [a for a in articles if _is_after(a.published, query.get("after"))]
    found = [a for a in found if _is_after(a.modified, query.get("modified_after"))]
    return sorted(
        found,
        key=lambda a: (a.modified if by_change else a.published, a.slug),
        reverse=query.get("order", "desc") == "desc",
    )


def _is_after(moment: datetime, bound: str | None) -> bool:
    """A bound without a zone is in the site's own time, as in WordPress."""
    if bound is None:
        return True
    limit = datetime.fromisoformat(bound)
    return moment > (limit if limit.tzinfo else limit.replace(tzinfo=DISPATCH_ZONE))


def _post(site: Site, article: Article, terms: Terms, content: str, embed: bool) -> dict[str, Any]:
    is_protected = article.status is Status.PROTECTED
    link = site.url(article)
    author, section = terms.author(article), terms.section(article)
    post: dict[str, Any] = {
        "id": terms.post_id(article),
        **_times(article),
        "guid": {"rendered": f"{site.base_url}/?p={terms.post_id(article)}"},
        "slug": article.slug,
        "status": "future" if article.status is Status.SCHEDULED else "publish",
        "type": "post",
        "link": link,
        "title": {"rendered": rendered(article.headline)},
        "content": {"rendered": "" if is_protected else content, "protected": is_protected},
        "excerpt": {
            "rendered": "" if is_protected else f"<p>{rendered(article.summary)}</p>\n",
            "protected": is_protected,
        },
        "author": author["id"],
        "featured_media": terms.media_id(article),
        "categories": [section["id"]],
        "tags": [],
        "lang": article.language,
        "_links": {"self": [{"href": f"{site.base_url}/wp-json/wp/v2/posts"}]},
    }
    if embed:
        post["_embedded"] = {
            "author": [author],
            "wp:term": [[section], []],
            **_media(site, article),
        }
    return post


def _times(article: Article) -> dict[str, str]:
    return {
        "date": _plain(article.published.astimezone(DISPATCH_ZONE)),
        "date_gmt": _plain(article.published.astimezone(UTC)),
        "modified": _plain(article.modified.astimezone(DISPATCH_ZONE)),
        "modified_gmt": _plain(article.modified.astimezone(UTC)),
    }


def _plain(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")


def _media(site: Site, article: Article) -> dict[str, Any]:
    if article.picture is None:
        return {}
    return {
        "wp:featuredmedia": [
            {
                "media_type": "image",
                "mime_type": "image/svg+xml",
                "alt_text": article.picture.alt,
                "source_url": f"{site.base_url}/pictures/{article.picture.file}",
            }
        ]
    }


def _number(query: Mapping[str, str], name: str, default: int, maximum: int) -> int:
    value = int(query.get(name, default))
    if not 1 <= value <= maximum:
        raise ValueError(name)
    return value


def _refusal(code: str, message: str) -> Reply:
    body = {"code": code, "message": message, "data": {"status": 400}}
    return Reply(json.dumps(body).encode(), JSON, status=400)
