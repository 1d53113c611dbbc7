"""A brief's own page as a server gave it: what it says, where it is, and what it is filed under."""

from dataclasses import dataclass

from digest.collect.canonical import choose_canonical
from digest.collect.extract import explain
from digest.collect.item import clean_categories
from digest.domain.brief import Extracted
from digest.fetch import Response


@dataclass(frozen=True, slots=True)
class WebPage:
    """A page that was fetched and read."""

    extracted: Extracted
    url: str  # canonical
    categories: tuple[str, ...]


def read_page(response: Response) -> WebPage:
    """What a page says; the server's word on its type and charset may be wrong."""
    found = explain(
        response.body,
        url=response.url,
        content_type=response.content_type or None,
        charset=response.charset,
    )
    said = found.metadata
    url = choose_canonical(response.url, said.canonical) or response.url
    return WebPage(found.extracted, url, clean_categories(said.categories))
