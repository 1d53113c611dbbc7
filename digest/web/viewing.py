"""An edition in the browser, and what became of the links that are a reader's own."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import Query, Response
from fastapi.responses import HTMLResponse

from digest.actions.archive import archive_feed, archive_sitemap, find_archived, list_archive
from digest.actions.read_edition import find_public_edition, render_page
from digest.render.web_copy import with_meta
from digest.web.accent import accent_path
from digest.web.site import Here

Before = Annotated[int | None, Query(ge=1, le=2**31 - 1)]  # a number of an edition
SHORTLY = "public, max-age=60"  # a page that is taken down is gone after a minute


def show_edition(token: str, site: Here) -> Response:
    """GET /e/{token}: an approved or sent edition as its mail looks, with nobody's data in it."""
    edition = find_public_edition(site.db, site.settings, site.tokens.read_edition(token))
    page = site.rendered.get(edition.key, lambda: render_page(edition, site.settings))
    policy = _policy(page.image_origins)
    return HTMLResponse(page.html, headers={"Content-Security-Policy": policy})


def show_archived(slug: str, number: int, site: Here) -> Response:
    """GET /archive/{slug}/{number}: a sent edition of a list with a public archive."""
    edition, meta = find_archived(site.db, site.settings, slug, number)
    page = site.rendered.get(edition.key, lambda: render_page(edition, site.settings))
    headers = _headers(is_indexed=meta.is_indexed)
    headers["Content-Security-Policy"] = _policy(page.image_origins)
    return HTMLResponse(with_meta(page.html, meta), headers=headers)


def show_archive(slug: str, site: Here, before: Before = None) -> Response:
    """GET /archive/{slug}: what was sent to a list with a public archive, the newest first."""
    found = list_archive(site.db, slug, before)
    answer = site.pages.page("archive.html", offer=found, accent=accent_path(found.accent_color))
    answer.headers.update(_headers(is_indexed=found.is_indexed))
    return answer


def show_feed(slug: str, site: Here) -> Response:
    """GET /archive/{slug}/feed.atom: the newest editions of such a list."""
    feed = archive_feed(site.db, site.settings, slug)
    return Response(feed, media_type="application/atom+xml", headers={"Cache-Control": SHORTLY})


def show_sitemap(site: Here) -> Response:
    """GET /sitemap.xml: the pages of all lists that search engines may show."""
    pages = archive_sitemap(site.db, site.settings)
    return Response(pages, media_type="application/xml", headers={"Cache-Control": SHORTLY})


def about_links(site: Here) -> Response:
    """GET /about-links: where the leave and preference links of a page without a reader lead."""
    return site.pages.page("about_links.html")


def _headers(*, is_indexed: bool) -> dict[str, str]:
    return {"X-Robots-Tag": "all" if is_indexed else "noindex", "Cache-Control": SHORTLY}


def _policy(image_origins: Iterable[str]) -> str:
    """A mail's styles stand in its elements; apart from them, and pictures, nothing is needed."""
    images = " ".join(image_origins) or "'none'"
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src {images}; "
        "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    )
