"""The adapter for WordPress's REST API (developer.wordpress.org/rest-api/reference/posts)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from digest.collect.dates import from_iso
from digest.collect.gather import gather
from digest.collect.item import (
    Item,
    clean_categories,
    clean_guid,
    clean_image,
    clean_name,
    clean_title,
)
from digest.collect.json_guard import mapping, read_json, sequence
from digest.collect.revisit import get_if_changed, validators
from digest.collect.spec import Collected, Remark, Visit
from digest.domain.errors import DigestError, Permanent
from digest.fetch import Response
from digest.sanitise import safe_url

ACCEPT = "application/json"
ROUTE = "/wp-json/wp/v2/posts"
PER_PAGE = 100  # the API's own limit
EMBEDDED = "author,wp:term,wp:featuredmedia"


def collect_wordpress(visit: Visit) -> Collected:
    """The newest published posts as briefs; nothing where the first page did not change.

    A later page that can't be had does not lose the first ones: the rest is left for next time.
    """
    first = get_if_changed(visit, accept=ACCEPT, url=_page_url(visit, 1))
    if first is None:
        return visit.unchanged()
    skipped: list[Remark] = []
    posts = _posts(visit, first, skipped)
    has_failed = bool(skipped)
    awaits_posts = any(_is_scheduled(_item(post), visit) for post in posts)
    items = [item for post in posts if (item := _published(post, visit, skipped))]
    found = gather(items, visit)
    is_complete = found.is_complete and not (has_failed or awaits_posts)
    etag, last_modified = validators(first) if is_complete else (None, None)
    return Collected(
        briefs=tuple(found.briefs),
        etag=etag,
        last_modified=last_modified,
        skipped=(*skipped, *found.skipped),
        notes=tuple(found.notes),
    )


def posts_url(url: str) -> str:
    """The address of the posts of a site given by its front page, API root or posts route."""
    parts = urlsplit(url)
    if "rest_route=" in parts.query:
        root = dict(parse_qsl(parts.query))["rest_route"].rstrip("/")
        root = root if root.endswith("/posts") else "/wp/v2/posts"
        return urlunsplit(parts._replace(query=urlencode({"rest_route": root}), fragment=""))
    path = parts.path.rstrip("/")
    if not path.endswith("/posts"):
        path = path.partition("/wp-json")[0] + ROUTE
    return urlunsplit(parts._replace(path=path, fragment=""))


def _page_url(visit: Visit, page: int) -> str:
    """The posts' address with paging and embedding; what else the operator asked for is kept."""
    parts = urlsplit(posts_url(visit.source.url))
    asked = dict(parse_qsl(parts.query))
    asked |= {
        "per_page": str(min(PER_PAGE, visit.source.options.max_items)),
        "page": str(page),
        "_embed": EMBEDDED,
        "orderby": "date",
        "order": "desc",
    }
    return urlunsplit(parts._replace(query=urlencode(asked, safe=":,/")))


def _posts(visit: Visit, first: Response, skipped: list[Remark]) -> list[dict[str, Any]]:
    """Page after page until there are enough, or one is known throughout."""
    most = visit.source.options.max_items
    posts = _read(first)
    response, page = first, 1
    newest = posts
    while len(posts) < most and newest and _has_next(response, page):
        if all(_is_settled(post, visit) for post in newest):
            break
        page += 1
        try:
            response = visit.fetcher.get(_page_url(visit, page), accept=ACCEPT)
            newest = _read(response)
        except DigestError as error:
            skipped.append(Remark(f"Page {page} of the posts", str(error)))
            break
        posts += newest
    return posts[:most]


def _read(response: Response) -> list[dict[str, Any]]:
    name = f"The answer of {urlsplit(response.url).hostname}"
    value = read_json(response.body, response.charset, name=name)
    if not isinstance(value, list):
        raise Permanent(f"{name} is not a list of WordPress posts.")
    return [mapping(post) for post in value]


def _has_next(response: Response, page: int) -> bool:
    total = response.headers.get("x-wp-totalpages", "").strip()
    if total.isascii() and total.isdigit():
        return page < int(total[:9])
    return 'rel="next"' in response.headers.get("link", "")


def _is_settled(post: dict[str, Any], visit: Visit) -> bool:
    item = _item(post)
    names = (item.guid or item.link or "", item.link or "")
    return visit.is_settled(*names, item.updated)


def _published(post: dict[str, Any], visit: Visit, skipped: list[Remark]) -> Item | None:
    """The post as an item, unless readers of the site can't see it."""
    item = _item(post)
    reason = _hidden_because(post, item, visit)
    if reason is None:
        return item
    skipped.append(Remark(item.title or item.link or item.guid or "a post", reason))
    return None


def _hidden_because(post: dict[str, Any], item: Item, visit: Visit) -> str | None:
    if mapping(post.get("content")).get("protected") or post.get("password"):
        return "It is protected by a password."
    status = post.get("status", "publish")
    if status != "publish":
        return f"Its status is {str(status)[:20]!r}, not published."
    if _is_scheduled(item, visit):
        return f"It is scheduled for {item.published:%Y-%m-%d %H:%M} UTC."
    return None


def _is_scheduled(item: Item, visit: Visit) -> bool:
    return item.published is not None and item.published > visit.now


def _item(post: dict[str, Any]) -> Item:
    embedded = mapping(post.get("_embedded"))
    link = post.get("link")
    item = Item(
        link=safe_url(link) if isinstance(link, str) else None,
        guid=clean_guid(_rendered(post, "guid")),
        title=clean_title(_rendered(post, "title")),
        published=from_iso(post.get("date_gmt")),
        updated=from_iso(post.get("modified_gmt")),
        author=_author(embedded),
        categories=clean_categories(_category_names(embedded)),
        content=_rendered(post, "content"),
        summary=_rendered(post, "excerpt"),
        is_whole=bool(_rendered(post, "content").strip()),
    )
    for media in map(mapping, sequence(embedded.get("wp:featuredmedia"))):
        image = clean_image(media.get("source_url"), media.get("alt_text"), item.link)
        if image:
            return replace(item, image=image)
    return item


def _rendered(post: dict[str, Any], field: str) -> str:
    value = mapping(post.get(field)).get("rendered")
    return value if isinstance(value, str) else ""


def _author(embedded: dict[str, Any]) -> str | None:
    names = (clean_name(mapping(person).get("name")) for person in sequence(embedded.get("author")))
    return next((name for name in names if name), None)


def _category_names(embedded: dict[str, Any]) -> Iterator[object]:
    """Each taxonomy is an array of its own; tags are not categories."""
    for terms in sequence(embedded.get("wp:term")):
        for term in map(mapping, sequence(terms)):
            if term.get("taxonomy") == "category":
                yield term.get("name")
