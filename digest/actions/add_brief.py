"""A brief that an editor writes down, as if its source had brought it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from digest.actions.collect_source import store_briefs
from digest.collect.canonical import canonical_url
from digest.domain.brief import CollectedBrief
from digest.domain.errors import Illegal
from digest.sanitise import plain_text
from digest.store import audit
from digest.store.briefs import briefs_by_url
from digest.store.engine import Database
from digest.store.sources import find_source


def add_brief(
    db: Database,
    *,
    source_slug: str,
    title: str,
    url: str,
    bullets: Sequence[str] = (),
    teaser: str = "",
    categories: Sequence[str] = (),
    now: datetime,
    actor: str,
) -> UUID:
    """Store a brief; ``Illegal`` where its URL is none or is known already. Gives its id."""
    canonical = canonical_url(url)
    if canonical is None:
        raise Illegal(f"{url!r} is not an http or https address.")
    if not plain_text(title):
        raise Illegal("A brief needs a headline.")
    item = CollectedBrief(
        guid=canonical,
        url=canonical,
        title=plain_text(title),
        published=now,
        bluf=tuple(plain_text(bullet) for bullet in bullets if plain_text(bullet)),
        teaser=plain_text(teaser),
        categories=tuple(plain_text(category) for category in categories),
    )
    with db.begin() as session:
        if briefs_by_url(session, [canonical]):
            raise Illegal(f"There is a brief at {canonical} already.")
        store_briefs(session, find_source(session, source_slug), [item], now)
        brief_id = briefs_by_url(session, [canonical])[canonical].id
        audit.record(
            session,
            now=now,
            actor=actor,
            action="added",
            noun="brief",
            noun_id=brief_id,
            after={"title": item.title, "url": canonical},
        )
    return brief_id
