"""The adapter for a page of links to briefs."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import html

from digest.collect.canonical import canonical_url, is_front, same_site
from digest.collect.gather import ACCEPT_PAGE, gather
from digest.collect.html_guard import read_html, words_of
from digest.collect.item import Item
from digest.collect.revisit import get_if_changed, validators
from digest.collect.spec import Collected, Visit
from digest.fetch import Response

MAX_LINKS = 5_000  # looked at
_MENUS = frozenset({"nav", "footer", "aside", "form"})
_MENU_ROLES = frozenset({"navigation", "banner", "contentinfo", "search"})  # WAI-ARIA 1.2, 5.3.4
_STORIES = frozenset({"main", "article", "section"})  # a header inside one holds its headline


def collect_index(visit: Visit) -> Collected:
    """A brief for each new link of the page; nothing where the page did not change."""
    response = get_if_changed(visit, accept=ACCEPT_PAGE, robots=True)
    if response is None:
        return visit.unchanged()
    options = visit.source.options
    links = list(brief_links(response, least_words=options.min_link_words))
    # Titles are taken from the pages: a link's words are often shortened.
    items = [Item(link=url) for url in links[: options.max_items]]
    found = gather(items, visit)
    etag, last_modified = validators(response) if found.is_complete else (None, None)
    return Collected(
        briefs=tuple(found.briefs),
        etag=etag,
        last_modified=last_modified,
        skipped=tuple(found.skipped),
        notes=tuple(found.notes),
    )


def brief_links(response: Response, *, least_words: int) -> Iterator[str]:
    """The canonical URL of each link that may lead to a brief, once, in the page's order:
    on the same site but not to its front page, outside menus and the site's header, with
    ``least_words`` words at least.
    """
    name = f"The page of {urlsplit(response.url).hostname}"
    root = read_html(response.body, response.charset, name=name)
    base = _base(root, response.url)
    seen = {canonical_url(response.url)}
    for anchor in _content_links(root):
        url = canonical_url(anchor.get("href", ""), base)
        if url is None or url in seen or is_front(url) or not same_site(url, response.url):
            continue
        if len(words_of(anchor).split()) >= least_words:
            seen.add(url)
            yield url


def _base(root: html.HtmlElement, url: str) -> str:
    for element in root.iter("base"):
        return canonical_url(element.get("href", ""), url) or url
    return url


def _content_links(root: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """Links outside menus; one walk, because asking each link for its ancestors is quadratic."""
    stack = [(root, False)]
    looked_at = 0
    while stack and looked_at < MAX_LINKS:
        element, in_story = stack.pop()
        if not isinstance(element.tag, str) or _is_menu(element, in_story=in_story):
            continue
        if element.tag == "a" and element.get("href"):
            looked_at += 1
            yield element
        in_story = in_story or element.tag in _STORIES
        stack.extend((child, in_story) for child in reversed(element))


def _is_menu(element: html.HtmlElement, *, in_story: bool) -> bool:
    is_site_header = element.tag == "header" and not in_story
    return is_site_header or element.tag in _MENUS or element.get("role") in _MENU_ROLES
