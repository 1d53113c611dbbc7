"""What goes wrong, as problem details (RFC 9457)."""

from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from digest.web.pages import problem_of

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What every refusal says; ``detail`` is one sentence that says what to do."""

    type: str = Field("about:blank", description="The status says it all.")
    title: str
    status: int
    detail: str
    errors: list[dict[str, Any]] | None = Field(
        None, description="Where the request is wrong: `where` and `why`, for each fault."
    )


REFUSED: dict[str, Any] = {  # as OpenAPI says it, of each route
    "description": "Refused, with the reason.",
    "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}},
}


def problem(
    status: int, detail: str | None = None, errors: list[dict[str, Any]] | None = None
) -> JSONResponse:
    """The answer for a status; without a detail the words of its page."""
    heading, text = problem_of(status)
    document = Problem(title=heading, status=status, detail=detail or text, errors=errors)
    answer = JSONResponse(
        document.model_dump(exclude_none=True), status_code=status, media_type=MEDIA_TYPE
    )
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if status == 503:
        answer.headers["Retry-After"] = "30"
    return answer
