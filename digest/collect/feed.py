"""The adapter for RSS 0.9x to 2.0 and Atom."""

import io
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import feedparser

from digest.collect.dates import from_fields
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
from digest.collect.revisit import get_if_changed, validators
from digest.collect.spec import Collected, Visit
from digest.collect.xml_guard import harmless_feed
from digest.domain.brief import Image
from digest.domain.errors import Permanent
from digest.sanitise import fold, safe_url

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml;q=0.9, application/xml;q=0.8, "
    "text/xml;q=0.8, */*;q=0.1"
)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def collect_feed(visit: Visit) -> Collected:
    """The feed's newest items as briefs; nothing where it did not change."""
    response = get_if_changed(visit, accept=ACCEPT)
    if response is None:
        return visit.unchanged()
    items = read_feed(
        response.body,
        response.charset,
        url=response.url,
        max_items=visit.source.options.max_items,
    )
    found = gather(items, visit)
    etag, last_modified = validators(response) if found.is_complete else (None, None)
    return Collected(
        briefs=tuple(found.briefs),
        etag=etag,
        last_modified=last_modified,
        skipped=tuple(found.skipped),
        notes=tuple(found.notes),
    )


def read_feed(document: bytes, charset: str | None, *, url: str, max_items: int) -> list[Item]:
    """The items of an RSS or Atom document found at ``url``, newest first where all are dated;
    ``Permanent`` where it is neither.
    """
    name = f"The feed of {urlsplit(url).hostname}"
    clean = harmless_feed(document, charset, max_items=max_items, name=name)
    parsed = _parsed(clean, url, name)
    if not parsed.version:
        raise Permanent(f"{name} is neither RSS nor Atom.")
    language = clean_language(parsed.feed.get("language"))
    items = [_item(entry, language, url) for entry in parsed.entries]
    if all(item.published for item in items):
        items.sort(key=lambda item: item.published or _LONG_AGO, reverse=True)
    return items[:max_items]


def _parsed(document: bytes, url: str, name: str) -> Any:
    try:
        return feedparser.parse(
            io.BytesIO(document),
            response_headers={"content-location": url},
            resolve_relative_uris=False,  # extraction does it
            sanitize_html=False,  # likewise; and this one's time is not linear
        )
    except Exception:  # noqa: BLE001 - it trips over elements where they don't belong: whatever
        raise Permanent(f"{name} is not a feed: its elements are in no order.") from None


def _item(entry: Any, language: str | None, base: str) -> Item:
    # dict.get, because feedparser's own warns when it takes one date for another.
    updated = from_fields(dict.get(entry, "updated_parsed"))
    content, content_language = _content(entry)
    return Item(
        link=_link(entry, base),
        guid=clean_guid(entry.get("id")),
        title=_title(entry),
        published=from_fields(dict.get(entry, "published_parsed")) or updated,
        updated=updated,
        author=_author(entry),
        language=content_language or language,
        categories=clean_categories(
            tag.get("label") or tag.get("term") for tag in entry.get("tags", ())
        ),
        image=_image(entry, base),
        content=content,
        summary=_text(entry.get("summary")),
    )


def _title(entry: Any) -> str:
    """Atom says whether a title is markup; in RSS it may be."""
    title = _text(entry.get("title"))
    if entry.get("title_detail", {}).get("type") == "text/plain":
        return fold(title)[:500] if "&" not in title else clean_title(title)
    return clean_title(title)


def _link(entry: Any, base: str) -> str | None:
    """The item's page; where a proxy counts clicks, what it leads to."""
    for url in (entry.get("feedburner_origlink"), entry.get("link")):
        if isinstance(url, str) and (found := safe_url(url, base)):
            return found
    return None


def _content(entry: Any) -> tuple[str, str | None]:
    """The longest content that is text, and its language."""
    texts = [part for part in entry.get("content", ()) if _is_text(part.get("type", ""))]
    best = max(texts, key=lambda part: len(part.get("value", "")), default=None)
    if best is None:
        return "", None
    return _text(best.get("value")), clean_language(best.get("language"))


def _is_text(media_type: str) -> bool:
    return media_type.startswith("text/") or media_type.endswith(("xml", "html"))


def _author(entry: Any) -> str | None:
    detail = entry.get("author_detail", {})
    return clean_name(detail.get("name")) or clean_name(entry.get("author"))


def _image(entry: Any, base: str) -> Image | None:
    for part in _pictures(entry):
        image = clean_image(part.get("url") or part.get("href"), part.get("alt"), base)
        if image:
            return image
    return None


def _pictures(entry: Any) -> Iterable[Any]:
    for part in (*entry.get("media_content", ()), *entry.get("enclosures", ())):
        if part.get("medium") == "image" or part.get("type", "").startswith("image/"):
            yield part
    yield from entry.get("media_thumbnail", ())
    if entry.get("image"):
        yield entry["image"]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
