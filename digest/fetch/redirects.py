"""Where a redirect leads, and whose redirect it was when that goes wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin

from digest.domain.errors import DigestError, Permanent, Transient
from digest.fetch.response import Response
from digest.fetch.target import Target

STATUSES = frozenset({301, 302, 303, 307, 308})


def next_hop(target: Target, response: Response) -> str | None:
    """The address that the answer of ``target`` redirects to; None where it does not."""
    location = response.headers.get("location")
    if response.status not in STATUSES or not location:
        return None
    try:
        return urljoin(target.url, location.strip())
    except ValueError:
        raise Permanent(f"{target.host} redirects to an address that can't be read.") from None


@contextmanager
def explained(asked: Target, target: Target) -> Iterator[None]:
    """What goes wrong at a host that nobody named says which host redirected there."""
    try:
        yield
    except DigestError as error:
        if target.host == asked.host:
            raise
        sentence = f"Redirected by {asked.host}, {error}"
        if isinstance(error, Transient):
            raise Transient(sentence, retry_after=error.retry_after) from None
        raise Permanent(sentence) from None
