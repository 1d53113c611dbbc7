"""Whether the process lives, and whether it can work: for whatever watches over it."""

from fastapi.responses import PlainTextResponse
from redis import Redis
from redis.exceptions import RedisError

from digest.log import get_logger
from digest.settings import Settings
from digest.store.engine import Database, StoreUnavailable
from digest.store.schema import current_revision, newest_revision
from digest.web.site import Here

log = get_logger(__name__)

BROKER_SECONDS = 1.0


def healthz() -> PlainTextResponse:
    """GET /healthz: 200 while the process answers at all."""
    return PlainTextResponse("ok\n")


def readyz(site: Here) -> PlainTextResponse:
    """GET /readyz: 200 where pages can be served, else 503; with a sentence for each thing wrong.

    Without the broker pages are served and rows are kept; only sending waits, so it is said and is
    no reason to take the pages away.
    """
    reason, broker = _not_ready(site.db), _broker_fault(site.settings)
    lines = [reason or "ready", *([broker] if broker else [])]
    text = "".join(f"{line}\n" for line in lines)
    if reason is None:
        return PlainTextResponse(text)
    return PlainTextResponse(text, status_code=503, headers={"Retry-After": "30"})


def _broker_fault(settings: Settings) -> str | None:
    if settings.redis_url is None:
        return None  # in memory, in the process that serves this
    url = settings.redis_url.get_secret_value()
    try:
        with Redis.from_url(
            url, socket_timeout=BROKER_SECONDS, socket_connect_timeout=BROKER_SECONDS
        ) as broker:
            broker.ping()
    except (RedisError, OSError, ValueError) as error:
        log.warning("broker not ready", why=type(error).__name__)
        return "The broker (Redis) does not answer: what is due waits until it does."
    return None


def _not_ready(db: Database) -> str | None:
    # The log says which database it is; a page that anybody may open does not.
    try:
        found = current_revision(db)
    except StoreUnavailable as error:
        log.warning("not ready", why=str(error))
        return "The database can't be reached; the log says why."
    if found != newest_revision():
        return (
            "The database is not at the revision that this version needs; run `digest db upgrade`."
        )
    return None
