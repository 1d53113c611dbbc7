"""A site that answers anything, and a fetcher that may talk to it."""

from collections.abc import Callable, Iterator

import pytest

from digest.fetch import Fetcher
from tests.integration.fetch.server import Site, make_fetcher, serving


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as found:
        yield found


@pytest.fixture
def fetcher() -> Fetcher:
    return make_fetcher()


@pytest.fixture
def fetcher_with() -> Callable[..., Fetcher]:
    return make_fetcher
