"""Links of a mail: absolute, the same in text and HTML, and none of them dead."""

import re
from collections.abc import Collection, Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit, urlunsplit

ABSOLUTE = {"http", "https", "mailto", "tel"}

_URL = re.compile(r"https?://[^\s<>\"]+")
_AFTER_A_URL = ".,;:!?'’”»]"


def link_problems(text: str, html: str, *, is_text_only: bool) -> Iterator[str]:
    """Relative links, and links that only one of the two parts has."""
    parser = _parsed(html)
    for address in [*parser.links, *parser.sources]:
        if urlsplit(address).scheme not in ABSOLUTE:
            yield f"The HTML has a link that isn't absolute: {address!r}."
    if is_text_only:
        return
    in_text, in_html = text_links(text), html_links(html)
    yield from (f"Only the HTML links to {url}." for url in sorted(in_html - in_text))
    yield from (f"Only the text links to {url}." for url in sorted(in_text - in_html))


def page_problems(links: Collection[str], pages: Collection[str]) -> Iterator[str]:
    """Links to a host of ``pages`` that are none of them; query and fragment don't count."""
    hosts = {urlsplit(page).netloc for page in pages}
    for link in sorted(links):
        if urlsplit(link).netloc in hosts and _page(link) not in pages:
            yield f"The newsroom has no page {link}."


def text_links(text: str) -> set[str]:
    """The http(s) addresses that stand in plain text, without the punctuation behind them."""
    return {_trimmed(match) for match in _URL.findall(text)}


def html_links(html: str) -> set[str]:
    """The http(s) addresses that the HTML's anchors lead to."""
    return {link for link in _parsed(html).links if urlsplit(link).scheme in {"http", "https"}}


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "href" and tag in {"a", "area"}:
                self.links.append(value or "")
            elif name in {"src", "href", "background"}:
                self.sources.append(value or "")


def _parsed(html: str) -> _Links:
    parser = _Links()
    parser.feed(html)
    parser.close()
    return parser


def _trimmed(url: str) -> str:
    url = url.rstrip(_AFTER_A_URL)
    if url.endswith(")") and url.count(")") > url.count("("):
        url = url[:-1].rstrip(_AFTER_A_URL)
    return url


def _page(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
