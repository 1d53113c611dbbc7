"""Whether the process lives, and whether it can work: for whatever watches over it."""

from fastapi.responses import PlainTextResponse

from digest.actions.readiness import beat_fault, broker_fault, database_fault
from digest.web.site import Here


def healthz() -> PlainTextResponse:
    """GET /healthz: 200 while the process answers at all."""
    return PlainTextResponse("ok\n")


def readyz(site: Here) -> PlainTextResponse:
    """GET /readyz: 200 where pages can be served, else 503; with a sentence for each thing wrong.

    Without the broker, or a beat, pages are served and rows are kept; only sending waits, so it is
    said and is no reason to take the pages away.
    """
    reason = database_fault(site.db)
    waits = [broker_fault(site.settings), None if reason else beat_fault(site.db)]
    lines = [reason or "ready", *(fault for fault in waits if fault)]
    text = "".join(f"{line}\n" for line in lines)
    if reason is None:
        return PlainTextResponse(text)
    return PlainTextResponse(text, status_code=503, headers={"Retry-After": "30"})
