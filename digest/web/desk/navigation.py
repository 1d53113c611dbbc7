"""The entries of the desk's menu, for those who may use them."""

from dataclasses import dataclass

from digest.accounts.roles import reaches
from digest.actions.sessions import Viewer
from digest.domain.role import Role


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu. With ``whole`` the role has to be held for all lists."""

    label: str
    path: str
    role: Role
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as a page shows it."""

    label: str
    path: str
    is_current: bool


MENU = (
    Entry("Today", "/desk", Role.READER),
    Entry("Schedule", "/desk/schedule", Role.READER),
    Entry("Campaigns", "/desk/campaigns", Role.READER),
    Entry("Numbers", "/desk/numbers", Role.READER),
    Entry("Person", "/desk/people", Role.OPERATOR),
    Entry("Relays", "/desk/relays", Role.OPERATOR, whole=True),
    Entry("Suppressions", "/desk/suppressions", Role.OPERATOR, whole=True),
    Entry("Feedback", "/desk/feedback", Role.OPERATOR, whole=True),
    Entry("Health", "/desk/health", Role.OPERATOR, whole=True),
    Entry("History", "/desk/history", Role.OPERATOR, whole=True),
    Entry("Accounts", "/desk/accounts", Role.ADMIN, whole=True),
)


def entries_for(viewer: Viewer, path: str) -> tuple[Shown, ...]:
    """What this account may use; the entry that ``path`` lies under is the current one."""
    mine = [entry for entry in MENU if _may_use(viewer, entry)]
    here = max(
        (entry.path for entry in mine if path == entry.path or path.startswith(f"{entry.path}/")),
        key=len,
        default=None,
    )
    return tuple(Shown(entry.label, entry.path, entry.path == here) for entry in mine)


def _may_use(viewer: Viewer, entry: Entry) -> bool:
    held = viewer.grants.everywhere if entry.whole else viewer.grants.anywhere
    return reaches(held, entry.role)
