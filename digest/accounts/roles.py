"""What an account may do, and where: a role for all lists, or for single ones."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from uuid import UUID

from digest.domain.role import Role


class Access(Enum):
    """What a request gets to see."""

    ALLOWED = auto()
    FORBIDDEN = auto()  # 403: it is known that there is such a thing
    HIDDEN = auto()  # 404: not even that is told


@dataclass(frozen=True, slots=True)
class Grants:
    """The roles of one account. On a list, the higher of the two that apply counts."""

    everywhere: Role | None = None
    by_list: Mapping[UUID, Role] = field(default_factory=dict)

    def on(self, list_id: UUID) -> Role | None:
        """The role on one list; None where the account may not even know of it."""
        return highest((self.everywhere, self.by_list.get(list_id)))

    @property
    def anywhere(self) -> Role | None:
        """The highest role on any list."""
        return highest((self.everywhere, *self.by_list.values()))

    def capped(self, most: Role) -> "Grants":
        """The same, with no role above ``most``: what a token may do of what its owner may."""

        def lower(role: Role) -> Role:
            return min(role, most, key=lambda one: one.rank)

        everywhere = lower(self.everywhere) if self.everywhere else None
        return Grants(everywhere, {key: lower(role) for key, role in self.by_list.items()})


def highest(roles: Collection[Role | None]) -> Role | None:
    """The highest of these roles; None where there is none."""
    given = [role for role in roles if role is not None]
    return max(given, key=lambda role: role.rank, default=None)


def reaches(role: Role | None, needed: Role) -> bool:
    """Whether ``role`` may do what ``needed`` may."""
    return role is not None and role.rank >= needed.rank


def decide_access(
    grants: Grants,
    needed: Role,
    *,
    lists: Collection[UUID] | None = None,
    whole: bool = False,
) -> Access:
    """Whether an account may use something.

    ``lists`` are those that it belongs to (any will do), None where it belongs to none: then the
    role may be held on any list, or with ``whole`` has to be held for all.
    """
    if lists is not None:
        roles = [grants.on(list_id) for list_id in lists]
        if highest(roles) is None and not (grants.everywhere and not roles):
            return Access.HIDDEN
        role = highest(roles) or grants.everywhere
    else:
        role = grants.everywhere if whole else grants.anywhere
    return Access.ALLOWED if reaches(role, needed) else Access.FORBIDDEN
