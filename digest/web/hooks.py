"""Where mail providers post what became of mails: their signature is the key."""

from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.responses import PlainTextResponse

from digest.actions.receive_webhook import receive_webhook
from digest.clock import utc_now
from digest.feedback.webhooks.hook import Hook
from digest.web.site import Here


async def _hook(request: Request) -> Hook:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Hook(headers, await request.body(), utc_now())


def receive(provider: str, hook: Annotated[Hook, Depends(_hook)], site: Here) -> Response:
    """POST /hooks/{provider}: 200 once everything in it is committed; events that were posted
    before change nothing."""
    applied = receive_webhook(site.db, site.settings, provider, hook, site.amazon)
    return PlainTextResponse(f"{applied} applied\n")
