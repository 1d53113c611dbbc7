"""A site to collect from, a fetcher that may, and one way to collect."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from digest.collect.source import Collected, SourceOptions, SourceSpec, collect_source
from digest.domain.states import SourceKind
from tests.integration.fetch.server import Site, make_fetcher, serving

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as found:
        yield found


@pytest.fixture
def collect() -> Callable[..., Collected]:
    """Collect a source: kind, URL, names of known briefs, then fields of the spec and options."""

    def visit(kind: SourceKind, url: str, known=(), last=None, since=None, **options) -> Collected:
        spec = SourceSpec(
            kind,
            url,
            etag=last and last.etag,
            last_modified=last and last.last_modified,
            collected_at=since,
            options=SourceOptions(**options),
        )
        return collect_source(spec, make_fetcher(), now=NOW, known=set(known).__contains__)

    return visit
