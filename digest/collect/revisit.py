"""Conditional requests: a source that did not change is not read again."""

import hashlib

from digest.collect.spec import Visit
from digest.fetch import Response

HASHED = "sha256:"  # no server's ETag begins so: they are quoted (RFC 9110, section 8.8.3)


def get_if_changed(
    visit: Visit, *, accept: str, url: str | None = None, robots: bool = False
) -> Response | None:
    """The source's document, or None where it is the one of the last visit.

    Servers that give neither ETag nor date are asked in full, and the body's hash is compared.
    """
    source = visit.source
    is_hash = bool(source.etag and source.etag.startswith(HASHED))
    response = visit.fetcher.get(
        url or source.url,
        etag=None if is_hash else source.etag,
        last_modified=source.last_modified,
        accept=accept,
        robots=robots,
    )
    if response.not_modified or (is_hash and _hash(response) == source.etag):
        return None
    return response


def validators(response: Response) -> tuple[str | None, str | None]:
    """The ETag and Last-Modified to give back next time; the body's hash where there are none."""
    if response.etag or response.last_modified:
        return response.etag, response.last_modified
    return _hash(response), None


def _hash(response: Response) -> str:
    return HASHED + hashlib.sha256(response.body).hexdigest()
