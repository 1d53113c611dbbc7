"""An edition in the browser, and what became of the links that are a reader's own."""

from collections.abc import Iterable

from fastapi import Response
from fastapi.responses import HTMLResponse

from digest.actions.read_edition import find_public_edition, render_page
from digest.web.site import Here


def show_edition(token: str, site: Here) -> Response:
    """GET /e/{token}: an approved or sent edition as its mail looks, with nobody's data in it."""
    edition = find_public_edition(site.db, site.settings, site.tokens.read_edition(token))
    page = site.rendered.get(edition.key, lambda: render_page(edition, site.settings))
    policy = _policy(page.image_origins)
    return HTMLResponse(page.html, headers={"Content-Security-Policy": policy})


def about_links(site: Here) -> Response:
    """GET /about-links: where the leave and preference links of a page without a reader lead."""
    return site.pages.page("about_links.html")


def _policy(image_origins: Iterable[str]) -> str:
    """A mail's styles stand in its elements; apart from them, and pictures, nothing is needed."""
    images = " ".join(image_origins) or "'none'"
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src {images}; "
        "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    )
