"""Look at many sources at once, each in a thread of its own; one that fails stops no other."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime
from uuid import UUID

from digest.actions.collect_source import CollectReport, collect_one
from digest.fetch import Fetcher
from digest.settings import Settings
from digest.store.engine import Database
from digest.store.sources import sources_named

THREADS = 8


def sources_to_collect(db: Database, slugs: Sequence[str]) -> list[UUID]:
    """The ids of the named sources, or of all enabled ones where none is named."""
    with db.read() as session:
        return [source.id for source in sources_named(session, slugs)]


def collect_all(
    db: Database,
    settings: Settings,
    source_ids: Sequence[UUID],
    now: datetime,
    *,
    done: Callable[[], None] = lambda: None,
) -> Iterator[CollectReport]:
    """Look at each source now, whether due or not; reports come as they are ready.

    ``done`` is called after each, for a progress bar.
    """
    fetcher = Fetcher(settings)
    with ThreadPoolExecutor(THREADS, "collect") as pool:
        jobs = [pool.submit(collect_one, db, fetcher, id_, now, force=True) for id_ in source_ids]
        for job in as_completed(jobs):
            report = job.result()
            done()
            if report is not None:
                yield report
