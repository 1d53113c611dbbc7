"""Author, time, language, picture and address of a page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from lxml import etree

from digest.collect.extract.blocks import STORY, Block, Kind, fold
from digest.collect.extract.bylines import author_in
from digest.collect.extract.categories import declared_categories
from digest.collect.extract.dates import is_dateline, parse_moment
from digest.collect.extract.language import declared_language, guessed_language
from digest.collect.extract.structured import Structured, address_of, names_of, read_structured
from digest.domain.brief import Image

_BYLINES_READ = 25  # blocks around the title and the story's start
_FRONT = re.compile(
    r"(?i)(title|headline|url source|url|source|link|author|by|date|published|published time"
    r"|language|lang)\s?:\s?(\S.{0,300})"
)
_DATE_METAS = (
    "article:published_time", "og:published_time", "datepublished", "date", "dc.date",
    "dc.date.issued", "dcterms.created", "dcterms.date", "pubdate", "publishdate", "publish-date",
    "parsely-pub-date", "sailthru.date", "article.published", "citation_publication_date",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says of itself; ``titles`` are in order of trust, ``canonical`` is as written."""

    titles: tuple[str, ...] = ()
    site: str | None = None
    url: str | None = None
    author: str | None = None
    published: datetime | None = None
    language: str | None = None
    image: Image | None = None
    canonical: str | None = None
    categories: tuple[str, ...] = ()


def html_metadata(root: etree._Element, blocks: Sequence[Block], url: str | None) -> Metadata:
    """From JSON-LD, OpenGraph, meta elements, then from bylines as shown."""
    data = read_structured(root)
    canonical = _canonical(root)
    address = url or _declared_address(canonical, data)
    return Metadata(
        titles=_titles(root, data),
        site=data.first("og:site_name", "application-name"),
        url=address,
        author=_author(data) or _shown_author(blocks),
        published=_published(root, data) or _shown_moment(blocks),
        language=_language(root, data, blocks),
        image=_image(root, data, address),
        canonical=canonical,
        categories=declared_categories(root, data),
    )


def text_metadata(blocks: Sequence[Block], front: dict[str, str], url: str | None) -> Metadata:
    """From the lines before the story, and ``front`` (see ``front_matter``)."""
    written = parse_moment(front.get("date", ""))
    title = front.get("title")
    return Metadata(
        titles=(title,) if title else (),
        url=url or _web_address(front.get("url", "")),
        author=front.get("author") or _shown_author(blocks),
        published=written or _shown_moment(blocks),
        language=declared_language([front.get("language")]) or _guess(blocks),
    )


def front_matter(text: str) -> tuple[dict[str, str], str]:
    """The fields that a captured page opens with ("---" and "title: …", or "Title: …" lines), by
    the names title, url, author, date, language; and the text behind them."""
    fenced = text.startswith("---\n")
    lines = text[4:].split("\n", 40) if fenced else text.split("\n", 40)
    found: dict[str, str] = {}
    for at, line in enumerate(lines[:40]):
        if fenced and line.strip() == "---":
            return found, "\n".join(lines[at + 1 :])
        field = _FRONT.fullmatch(line.strip())
        if field:
            name, value = field[1].lower(), fold(field[2]).strip("\"'")
            found.setdefault(_FRONT_NAMES.get(name, name), value)
        elif not fenced and line.strip():
            return ({}, text) if len(found) < 2 else (found, "\n".join(lines[at:]))
    return {}, text


_FRONT_NAMES = {
    "headline": "title",
    "url source": "url",
    "source": "url",
    "link": "url",
    "by": "author",
    "published": "date",
    "published time": "date",
    "lang": "language",
}


def _canonical(root: etree._Element) -> str | None:
    """What ``<link rel=canonical>`` says (RFC 6596)."""
    links = (one for one in root.iter("link") if "canonical" in (one.get("rel") or "").split())
    return next((href for one in links if (href := one.get("href"))), None)


def _declared_address(canonical: str | None, data: Structured) -> str | None:
    """The address that a page gives as its own."""
    said = (canonical, data.first("og:url"), address_of(data.of_article("url")))
    return next((found for one in said if one and (found := _web_address(one))), None)


def absolute(base: str | None, address: str | None) -> str | None:
    """``address`` as an absolute web URL; None where it is none or there is no base for it."""
    if not address:
        return None
    try:
        return _web_address(urljoin(base or "", address.strip()))
    except ValueError:
        return None


def _web_address(address: str) -> str | None:
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None
    fine = parts.scheme.lower() in ("http", "https") and parts.netloc
    return address.strip().replace(" ", "%20") if fine and len(address) <= 2_000 else None


def _titles(root: etree._Element, data: Structured) -> tuple[str, ...]:
    headline = data.of_article("headline")
    page = next((fold("".join(one.itertext())) for one in root.iter("title")), "")
    given = (
        fold(headline) if isinstance(headline, str) else "",
        data.first("og:title", "twitter:title", "dc.title", "dcterms.title", "headline") or "",
        page,
    )
    return tuple(one[:500].rstrip() for one in given if one)


def _author(data: Structured) -> str | None:
    names = names_of(data.of_article("author", "creator"))
    if not names:
        meta = data.first(
            "author", "article:author", "dc.creator", "dcterms.creator", "parsely-author",
            "sailthru.author", "byl", "twitter:data1",
        )  # fmt: skip
        names = [meta] if meta and data.first("twitter:label1") != meta else []
    cleaned = [author_in(name) or name for name in names]
    fine = [one for one in cleaned if one and "://" not in one and len(one) <= 120]
    return ", ".join(dict.fromkeys(fine)) or None


def _published(root: etree._Element, data: Structured) -> datetime | None:
    said = data.of_article("datePublished", "dateCreated", "uploadDate")
    found = parse_moment(said) if isinstance(said, str) else None
    for name in _DATE_METAS:
        found = found or parse_moment(data.meta.get(name, ""))
    if found:
        return found
    times = [one for one in root.iter("time") if one.get("datetime")][:20]
    times.sort(
        key=lambda one: one.get("itemprop") != "datePublished" and "pubdate" not in one.attrib
    )
    return next((at for one in times if (at := parse_moment(one.get("datetime") or ""))), None)


def _language(root: etree._Element, data: Structured, blocks: Sequence[Block]) -> str | None:
    said = data.of_article("inLanguage")
    declared = declared_language(
        [
            next((one.get("lang") for one in root.iter("html")), None),
            said if isinstance(said, str) else None,
            data.first("og:locale", "content-language", "language", "dc.language"),
        ]
    )
    return declared or _guess(blocks)


def _guess(blocks: Sequence[Block]) -> str | None:
    return guessed_language(" ".join(block.text for block in blocks if block.is_prose)[:20_000])


def _image(root: etree._Element, data: Structured, base: str | None) -> Image | None:
    said = data.first("og:image", "og:image:url", "og:image:secure_url", "twitter:image")
    address = absolute(base, said or address_of(data.of_article("image")))
    if address is None:
        return None
    alt = data.first("og:image:alt", "twitter:image:alt") or _alt_of(root, base, address)
    return Image(address, (alt or "")[:500])


def _alt_of(root: etree._Element, base: str | None, address: str) -> str | None:
    for one in root.iter("img"):
        if absolute(base, one.get("src")) == address or one.get("src") == address:
            return fold(one.get("alt") or "") or None
    return None


def _near_start(blocks: Sequence[Block]) -> list[Block]:
    """The blocks before the story's second paragraph: bylines stand there."""
    prose = [at for at, block in enumerate(blocks) if block.is_prose and block.zone in STORY]
    end = prose[1] if len(prose) > 1 else len(blocks)
    return [one for one in blocks[max(0, end - _BYLINES_READ) : end] if one.zone in STORY]


def _shown_author(blocks: Sequence[Block]) -> str | None:
    for block in _near_start(blocks):
        for part in re.split(r" [|•·] ", block.text[:200]):
            author = author_in(part)
            if author and block.level != 1:
                return author
    return None


def _shown_moment(blocks: Sequence[Block]) -> datetime | None:
    return next(
        (
            moment
            for block in _near_start(blocks)
            if block.byline or (block.kind is not Kind.ITEM and is_dateline(block.text))
            if (moment := parse_moment(block.text[:200]))
        ),
        None,
    )
