"""What may be wrong with an HTML part: constructs, links, pictures, contrast."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml.html import HtmlElement, document_fromstring

from digest.domain.edition import Rendition
from digest.render.contrast import unreadable
from digest.render.finding import Finding, error, warning
from digest.render.links import shown_host
from digest.render.support import CLIENTS, Support, constructs, support_table

_SHORTENERS = frozenset(
    {"bit.ly", "buff.ly", "goo.gl", "is.gd", "ow.ly", "t.co", "tiny.cc", "tinyurl.com"}
)
_LITTLE_TEXT = 200  # characters
_MOST = 3  # findings of a kind; more of the same helps nobody


def check_html(rendition: Rendition) -> Iterator[Finding]:
    """Findings on the HTML part, where there is one."""
    if rendition.html is None:
        return
    page = document_fromstring(rendition.html)
    yield from _support(rendition.html)
    yield from _links(page, rendition.marker)
    yield from _pictures(page)
    yield from _contrast(rendition.html)


def _support(html: str) -> Iterator[Finding]:
    table = support_table()
    for name, where in constructs(html).items():
        entry = table.get(name)
        if entry is None:
            why = f"It isn't known which mail programs support {name}."
            yield warning(where, why, "Do without it, or add it to digest/render/support.json.")
        elif entry.harm != "none":
            make = error if entry.harm == "breaks" else warning
            yield make(where, f"{name} fails in {_failing(entry)}: {entry.without}", entry.remedy)


def _failing(entry: Support) -> str:
    names = zip(CLIENTS, entry.clients, strict=True)
    return ", ".join(client for client, level in names if level in "na")


def _links(page: HtmlElement, marker: str) -> Iterator[Finding]:
    for link in page.iter("a"):
        address = link.get("href", "").strip()
        words = " ".join(str(link.text_content()).split())
        where = f"link “{words or address}”"
        if not address or address.startswith("#"):
            yield error(where, "It leads nowhere.", "Give it an address, or take it out.")
        elif not address.startswith(marker):
            yield from _address(where, address)
            yield from _disguise(where, words, address)
        if not words and not link.xpath(".//img[@alt and @alt != '']"):
            why = "It has no words, so a screen reader reads its address out."
            yield warning(where, why, "Put words into it, or an alt text on its picture.")


def _address(where: str, address: str) -> Iterator[Finding]:
    parts = urlsplit(address)
    if parts.scheme == "http":
        why = "It isn't encrypted, so it can be read and changed on its way."
        yield warning(where, why, "Use https:// where the site has it.")
    if parts.hostname in _SHORTENERS:
        why = f"{parts.hostname} hides where it leads; filters block such links."
        yield warning(where, why, "Use the address itself.")


def _disguise(where: str, words: str, address: str) -> Iterator[Finding]:
    shown = shown_host(words)
    real = (urlsplit(address).hostname or "").removeprefix("www.")
    if shown and shown.removeprefix("www.") != real:
        why = f"It shows one address and leads to {real}, which is what phishing does."
        yield warning(where, why, "Let it show where it leads, or words.")


def _pictures(page: HtmlElement) -> Iterator[Finding]:
    pictures = list(page.iter("img"))
    for picture in pictures:
        where = f"picture {picture.get('src', '')}"
        if picture.get("alt") is None:
            why = "It has no alt text: with images off, and to the blind, it is nothing."
            yield error(where, why, 'Give it alt="what it shows", or alt="" if it is decoration.')
        if picture.get("width") is None and picture.get("height") is None:
            why = "It has no width, so Outlook shows it in its own size."
            yield warning(where, why, 'Give it width="…" in pixels.')
        if picture.get("src", "").startswith("http://"):
            why = "It isn't fetched over https, so some mail programs don't show it."
            yield warning(where, why, "Use https://.")
    body = page.find("body")
    text = "" if body is None else " ".join(str(body.text_content()).split())
    if pictures and len(text) < _LITTLE_TEXT:
        why = "There is little but pictures, as in unwanted mail, and nothing with images off."
        yield warning("html", why, "Write the text as text.")


def _contrast(html: str) -> Iterator[Finding]:
    for number, found in enumerate(unreadable(html)):
        if number == _MOST:
            return
        pair = found.pair
        why = (
            f"With {found.way}, {pair.color} on {pair.ground} has a contrast of {found.ratio:.1f} "
            f"to 1; it takes {pair.wanted} to be read."
        )
        yield warning(f"text “{pair.text[:40]}”", why, "Choose a darker or lighter colour.")
