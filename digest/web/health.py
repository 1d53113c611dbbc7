"""Whether the process lives, and whether it can work: for whatever watches over it."""

from fastapi.responses import PlainTextResponse

from digest.log import get_logger
from digest.store.engine import Database, StoreUnavailable
from digest.store.schema import current_revision, newest_revision
from digest.web.site import Here

log = get_logger(__name__)


def healthz() -> PlainTextResponse:
    """GET /healthz: 200 while the process answers at all."""
    return PlainTextResponse("ok\n")


def readyz(site: Here) -> PlainTextResponse:
    """GET /readyz: 200 where pages can be served, else 503 with a sentence that says why not."""
    reason = _not_ready(site.db)
    if reason is None:
        return PlainTextResponse("ready\n")
    return PlainTextResponse(f"{reason}\n", status_code=503, headers={"Retry-After": "30"})


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
