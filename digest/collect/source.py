"""Collects one source, whatever its kind.

To add a kind: write a module beside this one with a function from ``Visit`` to ``Collected``
(copy ``jsonfeed.py``), name the kind in ``SourceKind``, and add a line to ``ADAPTERS``.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from digest.collect.feed import collect_feed
from digest.collect.folder import collect_folder
from digest.collect.index import collect_index
from digest.collect.jsonfeed import collect_json_feed
from digest.collect.page import collect_page
from digest.collect.spec import Collected, Remark, SourceOptions, SourceSpec, Visit
from digest.collect.wordpress import collect_wordpress
from digest.domain.states import SourceKind
from digest.fetch import Fetcher

__all__ = ["Collected", "Remark", "SourceOptions", "SourceSpec", "collect_source"]

ADAPTERS: Mapping[SourceKind, Callable[[Visit], Collected]] = {
    SourceKind.FEED: collect_feed,
    SourceKind.JSON_FEED: collect_json_feed,
    SourceKind.WORDPRESS: collect_wordpress,
    SourceKind.PAGE: collect_page,
    SourceKind.INDEX: collect_index,
    SourceKind.FOLDER: collect_folder,
}


def collect_source(
    source: SourceSpec, fetcher: Fetcher, *, now: datetime, known: Callable[[str], bool]
) -> Collected:
    """Visit a source once and give its briefs.

    ``known`` says whether a brief with this guid or canonical URL is stored: its page is then not
    fetched again unless the source says that it changed after ``source.collected_at``.
    ``Transient`` (with ``retry_after`` in seconds where the server named a time) or ``Permanent``
    where the source itself can't be read; single items that can't be are in ``skipped``.
    """
    return ADAPTERS[source.kind](Visit(source, fetcher, now, known))
