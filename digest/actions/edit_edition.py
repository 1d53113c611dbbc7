"""Change a draft: its words, its order, what is in it. Two people may do so at the same time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from digest.actions.edition_locks import hold_edition
from digest.assemble.wish import real_change, tidy
from digest.domain.changes import Change, apply, rewind, touched
from digest.domain.draft import Draft
from digest.domain.errors import Illegal
from digest.domain.states import EditionState
from digest.store.edition_changes import EditionChange, changes_since
from digest.store.editions import Edition
from digest.store.engine import Database, Session


@dataclass(frozen=True, slots=True)
class Theirs:
    """A change that somebody else made."""

    actor: str
    at: datetime
    change: Change


class Conflict(Illegal):
    """Somebody else changed the same part since it was looked at. Both wordings are here."""

    def __init__(self, mine: Change, theirs: Sequence[EditionChange], draft: Draft) -> None:
        """``draft`` is the edition as it is now; ``theirs`` are the changes in the way."""
        names = " and ".join(dict.fromkeys(row.actor for row in theirs))
        super().__init__(f"{names} changed this meanwhile; nothing was saved.")
        self.mine = mine
        self.theirs = tuple(Theirs(row.actor, row.at, row.change) for row in theirs)
        self.draft = draft


@dataclass(frozen=True, slots=True)
class Edited:
    """What a draft is after a change; ``changed`` is False where it said nothing new."""

    version: int
    draft: Draft
    changed: bool


def edit_edition(
    db: Database, edition_id: UUID, wish: Change, *, seen_version: int, now: datetime, actor: str
) -> Edited:
    """Make of ``wish`` what differs from the draft as it was at ``seen_version``, and change that.

    What others changed meanwhile stays, as long as it is something else; ``Conflict`` where it is
    the same part, ``Illegal`` where the edition is no draft or the change makes no sense. From the
    first change on, the draft is no longer refreshed with what arrives.
    """
    with db.begin() as session:
        edition = hold_edition(session, edition_id)
        check_is_draft(edition)
        now_is = draft_of(edition)
        later = _changes_after(session, edition, seen_version)
        seen = rewind(now_is, (row.inverse for row in later))
        change = real_change(tidy(wish), seen)
        if change is None or real_change(change, now_is) is None:
            return Edited(edition.version, now_is, changed=False)
        in_the_way = [row for row in later if touched(row.change) & touched(change)]
        if in_the_way:
            raise Conflict(change, in_the_way, now_is)
        write_change(session, edition, change, now, actor)
        return Edited(edition.version, draft_of(edition), changed=True)


def draft_of(edition: Edition) -> Draft:
    return Draft(edition.content, edition.excluded)


def check_is_draft(edition: Edition) -> None:
    """``Illegal`` unless the edition can be changed."""
    if edition.state is not EditionState.DRAFT:
        raise Illegal(f"No. {edition.number} is {edition.state}: it can't be changed any more.")


def write_change(
    session: Session,
    edition: Edition,
    change: Change,
    now: datetime,
    actor: str,
    undoes: UUID | None = None,
) -> None:
    """Change an edition that is held, and keep how to take it back."""
    applied = apply(change, draft_of(edition))
    edition.content, edition.excluded = applied.draft.content, applied.draft.excluded
    edition.version += 1
    edition.edited_at, edition.edited_by = now, actor
    session.add(
        EditionChange(
            edition_id=edition.id,
            version=edition.version,
            at=now,
            actor=actor,
            change=change,
            inverse=applied.inverse,
            undoes=undoes,
        )
    )


def _changes_after(
    session: Session, edition: Edition, seen_version: int
) -> Sequence[EditionChange]:
    if not 1 <= seen_version <= edition.version:
        raise Illegal(f"There is no version {seen_version} of this edition; look at it again.")
    return changes_since(session, edition.id, seen_version)
