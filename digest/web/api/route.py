"""A line of the API's route table."""

from dataclasses import dataclass
from typing import Any

from digest.web.api.problems import REFUSED
from digest.web.route import Route

API = "/api/v1"


@dataclass(frozen=True, slots=True)
class ApiRoute(Route):
    """A route of the API. With ``answer`` (its document) it starts a send: it needs an
    idempotency key, and the endpoint answers through ``Once``. ``takes`` and ``gives`` are the
    media types of bodies that are no JSON."""

    status: int = 200
    answer: Any = None
    takes: tuple[str, ...] = ()
    gives: str | None = None

    @property
    def answers(self) -> dict[int | str, dict[str, Any]]:
        """What the description says of the answers."""
        if self.gives is None:
            return {"default": REFUSED}
        content = {self.gives: {"schema": {"type": "string"}}}
        return {"default": REFUSED, self.status: {"description": "OK", "content": content}}

    @property
    def more(self) -> dict[str, Any] | None:
        """What the description says of a body that is no JSON."""
        if not self.takes:
            return None
        content = {media_type: {"schema": {"type": "string"}} for media_type in self.takes}
        return {"requestBody": {"required": True, "content": content}}
