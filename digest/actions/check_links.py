"""Ask whether the links of an edition answer: bounded in number and time, and remembered."""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from uuid import UUID

from lxml.html import document_fromstring

from digest.actions.preview_edition import preview_edition
from digest.domain.edition import Rendition
from digest.domain.errors import Permanent, Transient
from digest.fetch import Fetcher, Limits
from digest.render import Finding
from digest.render.finding import note, warning
from digest.settings import Settings
from digest.store.engine import Database
from digest.store.link_checks import keep_link_checks, link_checks

MOST_LINKS = 150
AT_ONCE = 8
WHOLE_TIME = 30.0  # seconds for all of them
GOOD_FOR = timedelta(hours=6)
BAD_FOR = timedelta(minutes=10)
LIMITS = Limits(total=10.0, connect=5.0, read=5.0, queue=20.0)
PAUSE = 0.1  # seconds between two requests to a host: they are few


def check_links(
    db: Database,
    settings: Settings,
    edition_id: UUID,
    *,
    now: datetime,
    fetcher: Fetcher | None = None,
) -> tuple[Finding, ...]:
    """A finding for each link that does not answer, and one where not all could be asked.

    What a link answered is good for six hours, that it did not for ten minutes.
    """
    urls = _urls(preview_edition(db, settings, edition_id), settings)
    asked = urls[:MOST_LINKS]
    with db.read() as session:
        rows = link_checks(session, asked)
    known = {row.url: row.fault for row in rows if now - row.checked_at < _good_for(row.fault)}
    answers = _ask([url for url in asked if url not in known], fetcher or _fetcher(settings))
    with db.begin() as session:
        keep_link_checks(session, answers, now)
    faults = known | answers
    return (
        *(_finding(url, fault) for url in asked if (fault := faults.get(url)) is not None),
        *_left_out(len(urls) - len(faults)),
    )


def _good_for(fault: str | None) -> timedelta:
    return GOOD_FOR if fault is None else BAD_FOR


def _urls(rendition: Rendition, settings: Settings) -> list[str]:
    """The addresses that the HTML part leads to, but for personal links and our own pages."""
    page = document_fromstring(rendition.html or "<p></p>")
    found = (*rendition.targets, *map(str, page.xpath("//a/@href")))
    own = (rendition.marker, settings.public_url)
    return list(dict.fromkeys(url for url in found if not url.startswith(own)))


def _fetcher(settings: Settings) -> Fetcher:
    return Fetcher(settings.model_copy(update={"fetch_delay": PAUSE}), limits=LIMITS)


def _ask(urls: Iterable[str], fetcher: Fetcher) -> dict[str, str | None]:
    """What is wrong with each address; those that took too long are left out."""
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="links")
    try:
        asked = {pool.submit(_fault, url, fetcher): url for url in urls}
        done: set[Future[str | None]] = wait(asked, timeout=WHOLE_TIME).done
        return {asked[future]: future.result() for future in done}
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _fault(url: str, fetcher: Fetcher) -> str | None:
    try:
        fetcher.probe(url)
    except (Transient, Permanent) as error:
        return str(error)
    return None


def _finding(url: str, fault: str) -> Finding:
    return warning(f"link {url}", fault, "Follow it; mend it or take it out if it is broken.")


def _left_out(n: int) -> tuple[Finding, ...]:
    if n <= 0:
        return ()
    why = f"{n} links were not asked: at most {MOST_LINKS} are, within {WHOLE_TIME:g} s."
    return (note("links", why, "Check again; those that answered are remembered."),)
