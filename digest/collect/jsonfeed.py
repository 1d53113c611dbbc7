"""The adapter for JSON Feed 1.0 and 1.1 (jsonfeed.org)."""

import html
from typing import Any
from urllib.parse import urlsplit

from digest.collect.dates import from_iso
from digest.collect.gather import gather
from digest.collect.item import (
    Item,
    clean_categories,
    clean_guid,
    clean_image,
    clean_language,
    clean_name,
    clean_title,
)
from digest.collect.json_guard import mapping, read_json, sequence
from digest.collect.revisit import get_if_changed, validators
from digest.collect.spec import Collected, Visit
from digest.domain.errors import Permanent
from digest.sanitise import safe_url

ACCEPT = "application/feed+json, application/json;q=0.9, */*;q=0.1"
VERSIONS = ("https://jsonfeed.org/version/1", "http://jsonfeed.org/version/1")


def collect_json_feed(visit: Visit) -> Collected:
    """The feed's newest items as briefs; nothing where it did not change."""
    response = get_if_changed(visit, accept=ACCEPT)
    if response is None:
        return visit.unchanged()
    items = read_json_feed(response.body, response.charset, url=response.url)
    found = gather(items[: visit.source.options.max_items], visit)
    etag, last_modified = validators(response) if found.is_complete else (None, None)
    return Collected(
        briefs=tuple(found.briefs),
        etag=etag,
        last_modified=last_modified,
        skipped=tuple(found.skipped),
        notes=tuple(found.notes),
    )


def read_json_feed(document: bytes, charset: str | None, *, url: str) -> list[Item]:
    """The items of a JSON Feed found at ``url``, in its order; ``Permanent`` where it is none."""
    name = f"The feed of {urlsplit(url).hostname}"
    feed = mapping(read_json(document, charset, name=name))
    if not is_json_feed(feed):
        raise Permanent(f"{name} is not a JSON Feed.")
    return [_item(mapping(entry), feed, url) for entry in sequence(feed.get("items"))]


def is_json_feed(value: Any) -> bool:
    """Whether a JSON value calls itself a JSON Feed."""
    return str(mapping(value).get("version", "")).startswith(VERSIONS)


def _item(entry: dict[str, Any], feed: dict[str, Any], base: str) -> Item:
    link = next(
        (
            found
            for key in ("url", "external_url")
            if isinstance(entry.get(key), str) and (found := safe_url(entry[key], base))
        ),
        None,
    )
    return Item(
        link=link,
        guid=clean_guid(entry.get("id")),
        title=clean_title(entry.get("title")),
        published=from_iso(entry.get("date_published")) or from_iso(entry.get("date_modified")),
        updated=from_iso(entry.get("date_modified")),
        author=_author(entry) or _author(feed),
        language=clean_language(entry.get("language")) or clean_language(feed.get("language")),
        categories=clean_categories(sequence(entry.get("tags"))),
        image=clean_image(entry.get("image"), base=base)
        or clean_image(entry.get("banner_image"), base=base),
        content=_content(entry),
        summary=_text(entry.get("summary")),
    )


def _author(holder: dict[str, Any]) -> str | None:
    """Version 1.1 has a list of authors, 1.0 one."""
    people = [*sequence(holder.get("authors")), holder.get("author")]
    names = (clean_name(mapping(person).get("name")) for person in people)
    return next((name for name in names if name), None)


def _content(entry: dict[str, Any]) -> str:
    markup = _text(entry.get("content_html"))
    if markup:
        return markup
    paragraphs = _text(entry.get("content_text")).split("\n\n")
    return "".join(f"<p>{html.escape(text)}</p>" for text in paragraphs if text.strip())


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
