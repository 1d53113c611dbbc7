"""A draft as editors work on it: its content, and what was left out of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from digest.domain.edition import BriefItem, EditionContent, Excluded, Section
from digest.domain.errors import Illegal


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a brief stands: the name of its section, and how many briefs stand before it there."""

    section: str
    position: int


@dataclass(frozen=True, slots=True)
class Draft:
    """What the changes of editors are made to."""

    content: EditionContent
    excluded: tuple[Excluded, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its sections, in reading order; each is there once."""
        return tuple(section.name for section in self.content.sections)

    def brief(self, brief_id: UUID) -> BriefItem:
        """The brief; ``Illegal`` where it isn't in the draft."""
        return self._found(brief_id)[0]

    def spot(self, brief_id: UUID) -> Spot:
        """Where the brief stands; ``Illegal`` where it isn't in the draft."""
        return self._found(brief_id)[1]

    def holds(self, brief_id: UUID) -> bool:
        return any(brief.id == brief_id for brief in self.content.briefs)

    def exclusion(self, brief_id: UUID) -> Excluded | None:
        """Why the brief was left out; None where it wasn't."""
        return next((it for it in self.excluded if it.id == brief_id), None)

    def with_sections(self, sections: tuple[Section, ...]) -> "Draft":
        return replace(self, content=replace(self.content, sections=sections))

    def with_brief(self, changed: BriefItem) -> "Draft":
        """The draft with ``changed`` in the place of the brief of the same id."""
        return self._each(
            lambda briefs: tuple(changed if it.id == changed.id else it for it in briefs)
        )

    def without(self, brief_id: UUID) -> "Draft":
        """The draft without that brief; its section stays, be it empty."""
        return self._each(lambda briefs: tuple(it for it in briefs if it.id != brief_id))

    def with_placed(self, brief: BriefItem, spot: Spot) -> "Draft":
        """The draft with ``brief`` added at ``spot``."""
        at = max(0, spot.position)
        return self.with_sections(
            tuple(
                replace(it, briefs=(*it.briefs[:at], brief, *it.briefs[at:]))
                if it.name == spot.section
                else it
                for it in self.content.sections
            )
        )

    def _each(self, change: Callable[[tuple[BriefItem, ...]], tuple[BriefItem, ...]]) -> "Draft":
        return self.with_sections(
            tuple(replace(it, briefs=change(it.briefs)) for it in self.content.sections)
        )

    def _found(self, brief_id: UUID) -> tuple[BriefItem, Spot]:
        for section in self.content.sections:
            for position, brief in enumerate(section.briefs):
                if brief.id == brief_id:
                    return brief, Spot(section.name, position)
        raise Illegal("This brief is not in the edition any more.")
