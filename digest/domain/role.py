"""What staff may do: four roles, each with all that the ones before it may."""

from enum import StrEnum


class Role(StrEnum):
    """In ascending order; compare by ``rank``."""

    READER = "reader"  # looks
    EDITOR = "editor"  # changes, tests and approves editions
    OPERATOR = "operator"  # schedules, runs campaigns, sees subscribers
    ADMIN = "admin"  # accounts and settings

    @property
    def rank(self) -> int:
        return tuple(Role).index(self)
