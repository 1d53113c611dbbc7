"""What a route is here, and who may use it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Guard(StrEnum):
    """Who may use a route. Each route has one; there is no default."""

    PUBLIC = "public"  # anybody; such a route changes nothing
    TOKEN = "token"  # noqa: S105 - no password: whoever holds the signed token in the path


CSRF_EXEMPT = frozenset({Guard.TOKEN})  # the path itself authorises: another site can't know it


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the route table. A GET answers HEAD, too."""

    method: str
    path: str
    endpoint: Callable[..., Any]
    guard: Guard

    @property
    def methods(self) -> list[str]:
        return ["GET", "HEAD"] if self.method == "GET" else [self.method]
