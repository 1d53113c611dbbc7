"""Answers to requests that start a send: given once, and the same again to the same key."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from digest.actions.answer_once import answer_once
from digest.clock import utc_now
from digest.web.api.guards import ByCaller
from digest.web.site import Here, Site

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=100,
        pattern=r"^[!-~]+$",
        description="A text of your own, another for each send. Sent again with the same request "
        "within 24 hours, it gives the first answer and starts nothing.",
    ),
]


@dataclass(frozen=True, slots=True)
class Once:
    """Runs what an endpoint does at most once for its key."""

    site: Site
    request: Request
    key: str
    body: bytes

    def __call__(self, act: Callable[[], object], status: int) -> Response:
        """The answer of ``act`` as JSON, or the one that it gave before."""

        def answer() -> tuple[int, str]:
            made = JSONResponse(jsonable_encoder(act()), status_code=status)
            return made.status_code, bytes(made.body).decode()

        asked = f"{self.request.method} {self.request.url.path}\n".encode() + self.body
        given = answer_once(
            self.site.db,
            token_id=self.request.state.caller.token_id,
            key=self.key,
            request=asked,
            act=answer,
            now=utc_now(),
        )
        headers = {"Idempotency-Replayed": "true"} if given.is_repeated else None
        return Response(given.body, given.status, headers, "application/json")


async def _once(request: Request, site: Here, caller: ByCaller, key: Key) -> Once:  # noqa: ARG001 - the caller is asked for so that a strange one is refused first
    return Once(site, request, key, await request.body())


AnswerOnce = Annotated[Once, Depends(_once)]
