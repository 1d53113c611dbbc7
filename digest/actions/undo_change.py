"""Take back what was changed in a draft, and what was taken back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from digest.actions.edit_edition import Conflict, check_is_draft, draft_of, write_change
from digest.actions.edition_locks import hold_edition
from digest.domain.changes import Rebuild, touched
from digest.domain.errors import Illegal
from digest.store.edition_changes import EditionChange, changes_since
from digest.store.engine import Database


def undo_change(
    db: Database, edition_id: UUID, *, now: datetime, actor: str, change_id: UUID | None = None
) -> EditionChange:
    """Take back a change, by default the latest that stands; gives which it was.

    ``Illegal`` where there is none; ``Conflict`` where a later change of the same part stands.
    """
    with db.begin() as session:
        edition = hold_edition(session, edition_id)
        check_is_draft(edition)
        rows = changes_since(session, edition_id)
        row = _named(undoable(rows), change_id)
        above = [it for it in undoable(rows) if it.version > row.version]
        in_the_way = [it for it in above if touched(it.change) & touched(row.change)]
        if in_the_way:
            raise Conflict(row.inverse, in_the_way, draft_of(edition))
        write_change(session, edition, row.inverse, now, actor, undoes=row.id)
        return row


def redo_change(db: Database, edition_id: UUID, *, now: datetime, actor: str) -> EditionChange:
    """Make the change again that was taken back last; ``Illegal`` where something else was
    changed after that."""
    with db.begin() as session:
        edition = hold_edition(session, edition_id)
        check_is_draft(edition)
        row = redoable(changes_since(session, edition_id))
        if row is None:
            raise Illegal("There is nothing to do again.")
        write_change(session, edition, row.inverse, now, actor, undoes=row.id)
        return row


def undoable(rows: Sequence[EditionChange]) -> list[EditionChange]:
    """The changes by people that stand, the latest first; ``rows`` are all, the latest first."""
    return [
        row for row in _standing(rows) if row.undoes is None and not isinstance(row.change, Rebuild)
    ]


def redoable(rows: Sequence[EditionChange]) -> EditionChange | None:
    """The undo that can be undone: those at the end that stand, one behind the other."""
    made_again = {row.undoes for row in rows if row.undoes is not None}
    for row in rows:
        if row.undoes is None:
            return None  # a new change ends what can be made again
        if row.id not in made_again and _is_undo(row, rows):
            return row
    return None


def _standing(rows: Sequence[EditionChange]) -> list[EditionChange]:
    gone: set[UUID] = set()
    standing = []
    for row in rows:
        if row.id not in gone:
            standing.append(row)
            if row.undoes is not None:
                gone.add(row.undoes)
    return standing


def _is_undo(row: EditionChange, rows: Sequence[EditionChange]) -> bool:
    """Whether it took back a change, and not an undo."""
    origin = next((it for it in rows if it.id == row.undoes), None)
    return origin is not None and origin.undoes is None


def _named(rows: Sequence[EditionChange], change_id: UUID | None) -> EditionChange:
    for row in rows:
        if change_id is None or row.id == change_id:
            return row
    raise Illegal("There is nothing to take back.")
