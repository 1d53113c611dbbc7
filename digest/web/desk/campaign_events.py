"""A campaign's page kept up to date: its live parts as server-sent events (HTML Living Standard,
section 9.2). A reload at any moment shows the same, for it is the same template."""

import json
from collections.abc import AsyncIterator
from uuid import UUID

from anyio import sleep, to_thread
from fastapi import Response
from fastapi.responses import StreamingResponse

from digest.actions.follow_campaign import live_campaign
from digest.clock import monotonic, utc_now
from digest.domain.errors import DigestError
from digest.web.desk.campaigns import live_values
from digest.web.desk.desk import CONTENT_POLICY, AtDesk, Desk

EVERY_SECONDS = 1.5
LIFE_SECONDS = 30  # then the browser comes again, and is asked again who it is
PARTS = ("state", "acts", "progress", "domains", "replies")


def follow_events(desk: AtDesk, campaign_id: UUID) -> Response:
    """GET /desk/campaigns/{campaign_id}/events."""
    answer = StreamingResponse(_events(desk, campaign_id), media_type="text/event-stream")
    answer.headers["Content-Security-Policy"] = CONTENT_POLICY
    answer.headers["X-Accel-Buffering"] = "no"  # a proxy must not hold events back
    return answer


async def _events(desk: Desk, campaign_id: UUID) -> AsyncIterator[str]:
    """What changed since the last event, as JSON of part → HTML."""
    shown: dict[str, str] = {}
    end = monotonic() + LIFE_SECONDS
    yield "retry: 1000\n\n"
    while monotonic() < end:
        try:
            parts = await to_thread.run_sync(_parts, desk, campaign_id)
        except DigestError:
            return  # the browser comes again, and gets a page that says what is wrong
        changed = {name: html for name, html in parts.items() if shown.get(name) != html}
        shown.update(changed)
        # A comment keeps proxies from taking a quiet campaign for a dead connection.
        yield f"data: {json.dumps(changed)}\n\n" if changed else ":\n\n"
        await sleep(EVERY_SECONDS)


def _parts(desk: Desk, campaign_id: UUID) -> dict[str, str]:
    live = live_campaign(desk.site.db, campaign_id, utc_now())
    values = live_values(desk, live)
    return {name: desk.part(f"desk/campaign/{name}.html", **values) for name in PARTS}
