"""Move a brief of a draft one step on, or to the top."""

from datetime import datetime
from uuid import UUID

from digest.actions.edit_edition import Edited, draft_of, edit_edition
from digest.assemble.arrange import Direction, moved
from digest.domain.changes import PlaceBrief
from digest.store.editions import find_edition
from digest.store.engine import Database


def move_brief(
    db: Database,
    edition_id: UUID,
    brief_id: UUID,
    direction: Direction,
    *,
    seen_version: int,
    now: datetime,
    actor: str,
) -> Edited:
    """Move it from where it stands now; errors as those of ``edit_edition``."""
    with db.read() as session:
        spot = moved(draft_of(find_edition(session, edition_id)), brief_id, direction)
    wish = PlaceBrief(brief_id, spot)
    return edit_edition(db, edition_id, wish, seen_version=seen_version, now=now, actor=actor)
