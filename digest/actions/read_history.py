"""The history of an edition: each change, and what it differs in from before and from the last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from digest.actions.edit_edition import draft_of
from digest.actions.show_edition import EditionView, view_of
from digest.domain.changes import Change, Rebuild, rewind
from digest.domain.differences import Difference, differences
from digest.domain.draft import Draft
from digest.store.desk_editions import previous_frozen
from digest.store.edition_changes import EditionChange, changes_since
from digest.store.editions import find_edition
from digest.store.engine import Database
from digest.store.lists import get_list

MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """One change, the latest first, with the draft that it was made to."""

    version: int
    at: datetime
    actor: str
    change: Change
    before: Draft
    is_undo: bool
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class EditionHistory:
    """How an edition came to be what it is."""

    view: EditionView
    steps: tuple[HistoryStep, ...]
    since_built: tuple[Difference, ...]  # what people made of what the service had built
    last: EditionView | None  # the number before it
    since_last: tuple[Difference, ...]


def read_history(db: Database, edition_id: UUID) -> EditionHistory:
    """The changes of an edition, what people changed in all, and how it differs from the number
    before it."""
    with db.read() as session:
        edition = find_edition(session, edition_id)
        slug = get_list(session, edition.list_id).slug
        rows = changes_since(session, edition_id)[:MOST_STEPS]
        last = previous_frozen(session, edition)
        steps = _steps(draft_of(edition), rows)
        return EditionHistory(
            view=view_of(edition, slug),
            steps=steps,
            since_built=_since_built(steps, draft_of(edition)),
            last=view_of(last, slug) if last else None,
            since_last=differences(last.content, edition.content) if last else (),
        )


def _steps(now_is: Draft, rows: Sequence[EditionChange]) -> tuple[HistoryStep, ...]:
    steps, after = [], now_is
    for row in rows:
        before = rewind(after, [row.inverse])
        steps.append(
            HistoryStep(
                version=row.version,
                at=row.at,
                actor=row.actor,
                change=row.change,
                before=before,
                is_undo=row.undoes is not None,
                differences=differences(before.content, after.content),
            )
        )
        after = before
    return tuple(steps)


def _since_built(steps: Sequence[HistoryStep], now_is: Draft) -> tuple[Difference, ...]:
    """From the last time that the service built it."""
    start = now_is
    for step in steps:
        if isinstance(step.change, Rebuild):
            break
        start = step.before
    return differences(start.content, now_is.content)
