"""Where a brief goes when an editor moves it one step, to the top, or adds it."""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from digest.assemble.sections import section_name
from digest.domain.draft import Draft, Spot


class Direction(StrEnum):
    UP = "up"
    DOWN = "down"
    TOP = "top"  # the lead


def moved(draft: Draft, brief_id: UUID, direction: Direction) -> Spot:
    """The spot one step on in reading order, across sections, or the very first; its own spot
    where it can't go further. ``Illegal`` where the brief isn't in the draft."""
    at = draft.spot(brief_id)
    if direction is Direction.TOP:
        return Spot(draft.names[0], 0)
    place = draft.names.index(at.section)
    if direction is Direction.UP:
        return Spot(at.section, at.position - 1) if at.position else _end(draft, place - 1, at)
    if at.position + 1 < len(draft.content.sections[place].briefs):
        return Spot(at.section, at.position + 1)
    return Spot(draft.names[place + 1], 0) if place + 1 < len(draft.names) else at


def spot_for(draft: Draft, topics: Sequence[str], sections: Sequence[str]) -> Spot:
    """Where a brief of these topics goes that is added: last in the section of its topic where
    the draft has that, else in the first."""
    name = section_name(topics, sections)
    if name is None or name not in draft.names:
        name = draft.names[0]
    return Spot(name, sum(len(it.briefs) for it in draft.content.sections if it.name == name))


def _end(draft: Draft, place: int, otherwise: Spot) -> Spot:
    if place < 0:
        return otherwise
    section = draft.content.sections[place]
    return Spot(section.name, len(section.briefs))
