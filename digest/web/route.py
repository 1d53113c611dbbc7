"""What a route is here, and who may use it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from digest.domain.role import Role


class Guard(StrEnum):
    """Who may use a route. Each route has one; there is no default."""

    PUBLIC = "public"  # anybody; such a route changes nothing
    TOKEN = "token"  # noqa: S105 - no password: whoever holds the signed token in the path
    ANY_SITE = "any_site"  # a form that may stand on any site: it asks for something, no more
    SIGNED = "signed"  # a provider that signs what it posts, or knows a password
    FORM = "form"  # anybody who got the form from us: signing in, and what leads to it
    SIGNED_IN = "signed_in"  # any account, with or without a role
    READER = "reader"
    EDITOR = "editor"
    OPERATOR = "operator"
    ADMIN = "admin"

    @property
    def role(self) -> Role | None:
        """The role that it needs, where it needs one."""
        return Role(self.value) if self.value in set(Role) else None


# What may be posted without a token of ours in the form; at the desk nothing may. With TOKEN the
# path itself authorises, which another site can't know; ANY_SITE acts in nobody's name; what is
# SIGNED comes from no browser.
CSRF_EXEMPT = frozenset({Guard.TOKEN, Guard.ANY_SITE, Guard.SIGNED})


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the route table. A GET answers HEAD, too."""

    method: str
    path: str
    endpoint: Callable[..., Any]
    guard: Guard
    whole: bool = False  # the role has to be held for all lists
    shows: str | None = None  # of readers: written down before it is shown (digest/actions/see.py)

    @property
    def methods(self) -> list[str]:
        return ["GET", "HEAD"] if self.method == "GET" else [self.method]
