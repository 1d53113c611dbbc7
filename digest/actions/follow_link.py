"""Where a counted link leads, and counts that are written down together."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from digest.actions.renditions import edition_values, render_for
from digest.domain.counting import link_key
from digest.domain.errors import NotFound, Permanent
from digest.settings import Settings
from digest.store.editions import find_edition
from digest.store.engine import Database
from digest.store.links import Hit, add_hits, is_on_its_way, target_of

AT_ONCE = 500  # counts that are written in one transaction


class Forgotten(Permanent):
    """The link was ours, and what it led to is no longer kept."""


class Link(NamedTuple):
    """Where a link leads."""

    target: str
    is_counted: bool  # those of drafts, previews and tests aren't


def find_link(db: Database, settings: Settings, edition_id: UUID, key: int) -> Link:
    """Where a link whose signature was right leads. Links are kept from the moment a campaign
    begins; before that the edition says what they are. ``Forgotten`` where neither knows it."""
    with db.read() as session:
        target = target_of(session, edition_id, key)
        if target is not None:
            return Link(target, is_counted=True)
        try:
            edition = find_edition(session, edition_id)
        except NotFound:
            raise Forgotten("This edition is no longer kept.") from None
        values = edition_values(session, settings, edition)
    rendition = render_for(values, values.default, is_whole=True)
    for target in rendition.targets if rendition else ():
        if link_key(target) == key:
            return Link(target, is_counted=False)
    raise Forgotten("This link stood in a draft that has changed since.")


def is_sent(db: Database, edition_id: UUID) -> bool:
    """Whether an edition's opens count: its campaign has begun."""
    with db.read() as session:
        return is_on_its_way(session, edition_id)


def write_hits(db: Database, counts: Mapping[Hit, int]) -> Iterable[Hit]:
    """Add counts to those of before, some at a time; gives those that are written, as they are."""
    waiting = iter(counts.items())
    while some := dict(islice(waiting, AT_ONCE)):
        with db.begin() as session:
            add_hits(session, some)
        yield from some
