"""A line of the API's route table."""

from dataclasses import dataclass
from typing import Any

from digest.web.route import Route

API = "/api/v1"


@dataclass(frozen=True, slots=True)
class ApiRoute(Route):
    """A route of the API. With ``answer`` (its document) it starts a send: it needs an
    idempotency key, and the endpoint answers through ``Once``."""

    status: int = 200
    answer: Any = None
