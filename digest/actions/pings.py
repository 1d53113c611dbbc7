"""Tell whatever watches from outside that a run has done its work: a dead man's switch.

A ping is a GET: of the URL itself where the work was done or there was nothing to do, of the URL
with ``/fail`` behind its path where a run was missed or its campaign expired.
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from digest.domain.errors import DigestError, Illegal, Permanent
from digest.domain.states import Stream
from digest.fetch import Fetcher, Limits
from digest.fetch.target import parse_target
from digest.log import get_logger
from digest.settings import Settings
from digest.store import audit
from digest.store.engine import Database
from digest.store.lists import find_list
from digest.store.pings import note_runs, note_service, settle_ping, take_ping

OF_SERVICE_EVERY = timedelta(minutes=1)
LIMITS = Limits(body=0, total=10.0, connect=4.0, read=5.0, queue=10.0, redirects=3)

log = get_logger(__name__)


def set_ping(
    db: Database, slug: str, *, stream: Stream, url: str | None, now: datetime, actor: str
) -> None:
    """Ping ``url`` for each run of a stream that is over from now on; None: no more.

    The audit keeps the host alone: who knows such a URL can answer for the run.
    """
    if url is not None:
        try:
            parse_target(url)
        except Permanent as error:
            raise Illegal(str(error)) from None
    with db.begin() as session:
        mailing_list = find_list(session, slug)
        cadence = next((one for one in mailing_list.cadences if one.stream is stream), None)
        if cadence is None:
            raise Illegal(f"The list {slug!r} has no cadence for its stream {stream.value!r}.")
        if cadence.ping_url == url:
            return
        cadence.ping_url, cadence.ping_since = url, now if url else None
        audit.record(
            session,
            now=now,
            actor=actor,
            action="pinged" if url else "no longer pinged",
            noun="mailing_list",
            noun_id=mailing_list.id,
            after={stream.value: urlsplit(url).hostname} if url else None,
        )


def plan_pings(db: Database, settings: Settings, now: datetime) -> None:
    """Write down the pings of runs that are over, and the service's own."""
    with db.begin() as session:
        note_runs(session, now)
        if settings.ping_url is not None:
            note_service(session, now)


def send_ping(
    db: Database, settings: Settings, fetcher: Fetcher, ping_id: UUID, now: datetime
) -> None:
    """Send one; what fails is tried again for some minutes, and noted on the row. At least once:
    a sender that dies between sending and noting sends it again."""
    with db.begin() as session:
        due = take_ping(session, ping_id, now, OF_SERVICE_EVERY)
    if due is None:
        return
    is_of_service, url = due.run_id is None, due.url
    if is_of_service and settings.ping_url is not None:
        url = settings.ping_url.get_secret_value()
    error = None
    if url is not None:
        try:
            fetcher.probe(failure_url(url) if due.is_failure else url)
        except DigestError as problem:
            error = str(problem)
            log.warning("not pinged", run=due.run_id, why=error)
    is_over = url is None or (error is None and not is_of_service)
    with db.begin() as session:
        settle_ping(session, ping_id, now, error, is_over=is_over)


def failure_url(url: str) -> str:
    """Where a failure is told: ``/fail`` behind the path, as healthchecks.io and its like want."""
    parts = urlsplit(url)
    return parts._replace(path=parts.path.rstrip("/") + "/fail").geturl()
