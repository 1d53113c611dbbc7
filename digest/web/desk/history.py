"""What was changed: who, what, before and after."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import Response

from digest.accounts.roles import reaches
from digest.domain.role import Role
from digest.store.audit import AuditEntry
from digest.store.history import Narrowed, history, nouns
from digest.web.desk.desk import AtDesk

PAGE = 50
FOR_ADMINS = ("account", "api_token")


@dataclass(frozen=True, slots=True)
class Change:
    """A value that became another one."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as the page shows it."""

    id: UUID
    at: datetime
    actor: str
    client: str | None
    action: str
    noun: str
    noun_id: str
    changes: tuple[Change, ...]


def show_history(
    desk: AtDesk,
    noun: str = "",
    noun_id: str = "",
    actor: str = "",
    action: str = "",
    before: UUID | None = None,
) -> Response:
    """GET /desk/history, narrowed by what stands in the address."""
    is_admin = reaches(desk.viewer.grants.everywhere, Role.ADMIN)
    hidden = () if is_admin else FOR_ADMINS
    narrowed = Narrowed(noun or None, noun_id or None, actor.strip() or None, action or None)
    with desk.site.db.read() as session:
        found = history(session, narrowed, hidden=hidden, before=before, limit=PAGE + 1)
        known = [one for one in nouns(session) if one not in hidden]
    return desk.page(
        "desk/history.html",
        lines=[line_of(entry) for entry in found[:PAGE]],
        older=found[PAGE - 1].id if len(found) > PAGE else None,
        narrowed={"noun": noun, "noun_id": noun_id, "actor": actor.strip(), "action": action},
        nouns=known,
    )


def line_of(entry: AuditEntry) -> Line:
    """An entry with its values side by side."""
    before, after = entry.before or {}, entry.after or {}
    changes = tuple(
        Change(name.replace("_", " "), _shown(before.get(name)), _shown(after.get(name)))
        for name in dict.fromkeys((*before, *after))
    )
    return Line(
        entry.id,
        entry.at,
        entry.actor,
        entry.client,
        entry.action,
        entry.noun.replace("_", " "),
        entry.noun_id,
        changes,
    )


def _shown(value: object) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_shown(one)}" for name, one in value.items()) or "–"
    if isinstance(value, list):
        return ", ".join(_shown(one) for one in value) or "–"
    return str(value)
