"""Which part of a page an element is, by its tag, role, class and id: one table each."""

import re
from functools import lru_cache

from lxml import etree

from digest.collect.extract.blocks import Zone

_TAGS = {"nav": Zone.MENU, "footer": Zone.FOOTER, "aside": Zone.ASIDE, "dialog": Zone.PROMO}
_ROLES = {
    "navigation": Zone.MENU,
    "banner": Zone.MENU,
    "menu": Zone.MENU,
    "menubar": Zone.MENU,
    "search": Zone.MENU,
    "contentinfo": Zone.FOOTER,
    "complementary": Zone.ASIDE,
    "dialog": Zone.PROMO,
    "alertdialog": Zone.PROMO,
    "doc-toc": Zone.CONTENTS,
}

# Parts of a class or id, between hyphens, underscores and capitals ("site-nav", "shareBar").
# Two parts may be needed: "read-next" is ("read", "next"). The first line that fits counts.
_NAMES: tuple[tuple[Zone, str], ...] = (
    (Zone.COOKIE, "cookie cookies consent gdpr cmp ccpa"),
    (Zone.COMMENTS, "comment comments disqus respond replies discussion"),
    (
        Zone.NEWSLETTER,
        "newsletter newsletters subscribe subscription signup sign+up mailing+list optin paywall",
    ),
    (
        Zone.RELATED,
        "related recommended recommendations recommendation read+next more+stories more+from"
        " see+also further+reading also+like keep+reading morelike up+next recirc recirculation"
        " more+articles next+article",
    ),
    (Zone.CONTENTS, "toc table+contents tableofcontents contents jump+links"),
    (
        Zone.SHARE,
        "share sharing social sharedaddy addthis share+links sharebar follow sociable follow+us",
    ),
    (
        Zone.SIDEBAR,
        "sidebar widget widgets trending popular most+read mostread most+viewed latest ticker rail",
    ),
    (Zone.BIO, "bio biography author+box author+info about+author contributor contributors"),
    (
        Zone.PROMO,
        "ad ads advert advertisement adslot sponsor sponsored promo promotion promoted banner"
        " modal popup donate donation support membership teaser+ad",
    ),
    (
        Zone.MENU,
        "nav navbar navigation menu submenu breadcrumb breadcrumbs masthead topbar skip+link"
        " pagination pager tags tag+list categories skiplink megamenu",
    ),
    (Zone.FOOTER, "footer colophon copyright"),
)
_NEGATIVE = {"has", "no", "with", "without", "is", "not", "hide", "show", "js", "single", "post"}
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_FOR_READERS = ({"sr", "only"}, {"visually", "hidden"}, {"screen", "reader"})
_CAPTIONS = {"caption", "credit", "credits", "figcaption"}
_BYLINES = {"byline", "dateline", "timestamp", "pubdate", "author", "authors", "meta", "published"}


def _table() -> tuple[tuple[Zone, tuple[frozenset[str], ...]], ...]:
    return tuple(
        (zone, tuple(frozenset(one.split("+")) for one in names.split())) for zone, names in _NAMES
    )


_NAME_SETS = _table()


def zone_of(element: etree._Element, inside: Zone, *, in_story: bool) -> Zone | None:
    """The zone that ``element`` opens, or None where it changes nothing. A header or footer
    inside the story is part of it; a box beside it may lie in a zone of its own."""
    tag = element.tag
    if tag in ("html", "body", "main", "root"):
        return None
    named = _by_name(element)
    role = _ROLES.get((element.get("role") or "").lower())
    found = named or role or _TAGS.get(str(tag))
    if tag == "header" and not in_story and element.find(".//h1") is None:
        found = found or Zone.MENU
    if found is Zone.ASIDE and inside is not Zone.MAIN:
        return None
    return found


def is_unseen(element: etree._Element) -> bool:
    """Whether a browser would not show it, or it adds words for screen readers inside a line."""
    if element.tag == "span" and any(one <= name_parts(element) for one in _FOR_READERS):
        return True
    style = element.get("style")
    return element.get("hidden") is not None or bool(style and _HIDDEN.search(style[:500]))


def is_caption(element: etree._Element) -> bool:
    """Whether its class calls it the words of a picture."""
    return not _CAPTIONS.isdisjoint(name_parts(element))


def is_byline(element: etree._Element) -> bool:
    """Whether it is marked up as author or date."""
    if element.tag in ("time", "address"):
        return True
    if element.get("itemprop") in ("author", "datePublished", "dateModified"):
        return True
    parts = name_parts(element)
    return not _BYLINES.isdisjoint(parts) and not parts & {"bio", "box", "about"}


def name_parts(element: etree._Element) -> frozenset[str]:
    """The lower-case parts of its classes and id; negated ones ("has-sidebar") left out."""
    return _name_parts(f"{element.get('class') or ''} {element.get('id') or ''}"[:600])


@lru_cache(maxsize=2048)
def _name_parts(names: str) -> frozenset[str]:
    found: set[str] = set()
    for name in names.split():
        parts = [part.lower() for part in _PARTS.findall(name)]
        if parts and parts[0] not in _NEGATIVE:
            found.update(parts)
    return frozenset(found)


def _by_name(element: etree._Element) -> Zone | None:
    parts = name_parts(element)
    return _zone_named(parts) if parts else None


@lru_cache(maxsize=2048)
def _zone_named(parts: frozenset[str]) -> Zone | None:
    for zone, names in _NAME_SETS:
        if any(name <= parts for name in names):
            return zone
    return None
