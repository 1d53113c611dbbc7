"""A small newsroom in a real database: two sources, a list, and briefs as they arrive."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from digest.domain.brief import RelatedLink
from digest.store.briefs import Brief, replace_related
from digest.store.engine import Database
from digest.store.lists import ListSource
from digest.store.sources import find_source
from tests.builders import NOW, a_list, a_source

HOUR = timedelta(hours=1)


def a_newsroom(db: Database, **list_values: Any) -> None:
    """The sources ``ledger`` (rank 0) and ``dispatch`` (rank 1) feed the list ``daily``."""
    feeds = list_values.pop("feeds", {"ledger": (), "dispatch": ()})
    with db.begin() as session:
        mailing_list = a_list(session, **list_values)
        for rank, (slug, categories) in enumerate(feeds.items()):
            source = a_source(session, slug)
            session.add(
                ListSource(
                    list_id=mailing_list.id, source_id=source.id, categories=categories, rank=rank
                )
            )


def publish(
    db: Database,
    number: int,
    *,
    arrived_at: datetime = NOW - HOUR,
    source: str = "ledger",
    related: tuple[RelatedLink, ...] = (),
    **values: Any,
) -> UUID:
    """Store a brief like no other; gives its id."""
    own = f"{number:05d}".translate(str.maketrans("0123456789", "abcdefghij"))
    text = " ".join(f"{own}{word}" for word in "abcdefghijklmnopqrstuvwxyz")
    given = {
        "url": f"https://{source}.example/{number}",
        "title": f"Story {own} of {own}",
        "bullets": (f"First {own}.", text, f"Third {own}."),
        "body": (text,),
        "teaser": "",
        "categories": (),
    }
    with db.begin() as session:
        brief = Brief(
            source_id=find_source(session, source).id,
            arrived_at=arrived_at,
            updated_at=arrived_at,
            checksum="x",
            **(given | values),
        )
        session.add(brief)
        session.flush()
        replace_related(session, brief, related)
        return brief.id
