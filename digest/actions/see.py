"""What the staff is shown of readers, written down at each door that shows it."""

from collections.abc import Mapping
from datetime import datetime

from digest.store import audit
from digest.store.engine import Database

SAW = "saw"
# What is seen, by what a path names; the first of them that it names.
_NOUNS = (
    ("subscriber_id", "subscriber"),
    ("campaign_id", "campaign"),
    ("import_id", "people_import"),
    ("edition_id", "edition"),
    ("list_slug", "mailing_list"),
)
OF_ALL = ("people", "all")


def note_sight(
    db: Database, what: str, *, noun: str, noun_id: object, now: datetime, actor: str
) -> None:
    """Note that ``actor`` is shown ``what`` of a thing; before it is shown."""
    with db.begin() as session:
        audit.record(
            session,
            now=now,
            actor=actor,
            action=SAW,
            noun=noun,
            noun_id=noun_id,
            after={"shown": what},
        )


def note_route(
    db: Database, what: str, path: Mapping[str, object], *, now: datetime, actor: str
) -> None:
    """The same of what a route's path parameters name."""
    noun, noun_id = next(((noun, path[name]) for name, noun in _NOUNS if name in path), OF_ALL)
    note_sight(db, what, noun=noun, noun_id=noun_id, now=now, actor=actor)
