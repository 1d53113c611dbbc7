"""The changes that can be made to a draft. Each makes the draft what it is after it, and says which
change takes it back: undo, history and the draft as somebody saw it are made of these."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any, Literal
from uuid import UUID

from digest.domain.brief import RelatedLink
from digest.domain.draft import Draft, Spot
from digest.domain.edition import BriefItem, EditionContent, Excluded, Section
from digest.domain.errors import Illegal

MOST_SECTIONS = 40
MOST_BRIEFS = 200


@dataclass(frozen=True, slots=True)
class Applied:
    """A changed draft, and the change that makes it again what it was."""

    draft: Draft
    inverse: "Change"


@dataclass(frozen=True, slots=True)
class SetWords:
    """Other words for the edition itself; None leaves a part as it is."""

    kind: Literal["words"] = "words"
    subject: str | None = None
    preheader: str | None = None
    intro: str | None = None

    def apply(self, draft: Draft) -> Applied:
        given = _given(self)
        if "subject" in given and not given["subject"]:
            raise Illegal("An edition needs a subject.")
        old = {name: getattr(draft.content, name) for name in given}
        return Applied(replace(draft, content=replace(draft.content, **given)), SetWords(**old))

    def touched(self) -> Iterable[str]:
        return _given(self)


@dataclass(frozen=True, slots=True)
class SetBrief:
    """Other words for one brief; None leaves a part as it is."""

    brief_id: UUID
    kind: Literal["brief"] = "brief"
    title: str | None = None
    bullets: tuple[str, ...] | None = None
    teaser: str | None = None
    related: tuple[RelatedLink, ...] | None = None

    def apply(self, draft: Draft) -> Applied:
        brief = draft.brief(self.brief_id)
        given = _given(self)
        if "title" in given and not given["title"]:
            raise Illegal("A brief needs a headline.")
        old = {name: getattr(brief, name) for name in given}
        return Applied(draft.with_brief(replace(brief, **given)), SetBrief(brief.id, **old))

    def touched(self) -> Iterable[str]:
        return (f"{self.brief_id} {name}" for name in _given(self))


@dataclass(frozen=True, slots=True)
class PlaceBrief:
    """Put a brief elsewhere, in a section that is there."""

    brief_id: UUID
    spot: Spot
    kind: Literal["place"] = "place"

    def apply(self, draft: Draft) -> Applied:
        _place_of(draft, self.spot.section)
        brief, was = draft.brief(self.brief_id), draft.spot(self.brief_id)
        moved = draft.without(brief.id).with_placed(brief, self.spot)
        return Applied(moved, PlaceBrief(brief.id, was))

    def touched(self) -> Iterable[str]:
        return (f"{self.brief_id} place",)


@dataclass(frozen=True, slots=True)
class PutIn:
    """Add a brief. Where it was left out before, it is so no more."""

    brief: BriefItem
    spot: Spot
    kind: Literal["put_in"] = "put_in"

    def apply(self, draft: Draft) -> Applied:
        _place_of(draft, self.spot.section)
        brief = self.brief
        if draft.holds(brief.id):
            raise Illegal(f"“{brief.title}” is in the edition already.")
        if len(draft.content.briefs) >= MOST_BRIEFS:
            raise Illegal(f"An edition holds {MOST_BRIEFS} briefs at most.")
        was_out = draft.exclusion(brief.id)
        left = tuple(it for it in draft.excluded if it.id != brief.id)
        added = replace(draft, excluded=left).with_placed(brief, self.spot)
        return Applied(added, TakeOut(brief.id, was_out.why if was_out else None))

    def touched(self) -> Iterable[str]:
        return _whole_brief(self.brief.id)


@dataclass(frozen=True, slots=True)
class TakeOut:
    """Leave a brief out; ``why`` is kept with it (None: it was never a candidate)."""

    brief_id: UUID
    why: str | None
    kind: Literal["take_out"] = "take_out"

    def apply(self, draft: Draft) -> Applied:
        brief, was = draft.brief(self.brief_id), draft.spot(self.brief_id)
        less = draft.without(brief.id)
        if self.why is not None:
            out = Excluded(brief.id, brief.title, self.why)
            less = replace(less, excluded=(out, *less.excluded))
        return Applied(less, PutIn(brief, was))

    def touched(self) -> Iterable[str]:
        return _whole_brief(self.brief_id)


@dataclass(frozen=True, slots=True)
class PlaceSection:
    """Put a section elsewhere; one that isn't there comes to be."""

    name: str
    position: int
    kind: Literal["section"] = "section"

    def apply(self, draft: Draft) -> Applied:
        names, at = draft.names, max(0, self.position)
        if self.name in names:
            inverse: Change = PlaceSection(self.name, names.index(self.name))
            section = draft.content.sections[names.index(self.name)]
        else:
            if len(names) >= MOST_SECTIONS:
                raise Illegal(f"An edition has {MOST_SECTIONS} sections at most.")
            inverse, section = DropSection(self.name), Section(self.name, ())
        others = [it for it in draft.content.sections if it.name != self.name]
        return Applied(draft.with_sections((*others[:at], section, *others[at:])), inverse)

    def touched(self) -> Iterable[str]:
        return (f"section {self.name}",)


@dataclass(frozen=True, slots=True)
class DropSection:
    """Take an empty section away."""

    name: str
    kind: Literal["drop_section"] = "drop_section"

    def apply(self, draft: Draft) -> Applied:
        position = _place_of(draft, self.name)
        if draft.content.sections[position].briefs:
            raise Illegal(f"There are briefs under “{self.name}”; put them elsewhere first.")
        if len(draft.names) == 1:
            raise Illegal("An edition keeps one section.")
        left = tuple(it for it in draft.content.sections if it.name != self.name)
        return Applied(draft.with_sections(left), PlaceSection(self.name, position))

    def touched(self) -> Iterable[str]:
        return (f"section {self.name}",)


@dataclass(frozen=True, slots=True)
class NameSection:
    """Give a section another name."""

    old: str
    new: str
    kind: Literal["name_section"] = "name_section"

    def apply(self, draft: Draft) -> Applied:
        _place_of(draft, self.old)
        if self.new != self.old and self.new in draft.names:
            raise Illegal(f"There is a section “{self.new}” already.")
        named = tuple(
            replace(it, name=self.new) if it.name == self.old else it
            for it in draft.content.sections
        )
        return Applied(draft.with_sections(named), NameSection(self.new, self.old))

    def touched(self) -> Iterable[str]:
        return (f"section {self.old}", f"section {self.new}")


@dataclass(frozen=True, slots=True)
class Rebuild:
    """All of it made anew from what arrived; the service does this until somebody edits."""

    content: EditionContent
    excluded: tuple[Excluded, ...]
    kind: Literal["rebuild"] = "rebuild"

    def apply(self, draft: Draft) -> Applied:
        return Applied(Draft(self.content, self.excluded), Rebuild(draft.content, draft.excluded))

    def touched(self) -> Iterable[str]:
        return ()  # it never competes with a person's words


Change = (
    SetWords
    | SetBrief
    | PlaceBrief
    | PutIn
    | TakeOut
    | PlaceSection
    | DropSection
    | NameSection
    | Rebuild
)


def apply(change: Change, draft: Draft) -> Applied:
    """``draft`` after ``change``; ``Illegal`` where that can't be."""
    return change.apply(draft)


def rewind(draft: Draft, inverses: Iterable[Change]) -> Draft:
    """The draft as it was before the changes that ``inverses`` take back, the latest first."""
    for inverse in inverses:
        draft = apply(inverse, draft).draft
    return draft


def touched(change: Change) -> frozenset[str]:
    """Names of the parts that a change is about: two changes with a name in common can't both
    stand."""
    return frozenset(change.touched())


def _whole_brief(brief_id: UUID) -> Iterable[str]:
    return (f"{brief_id} {part}" for part in ("title", "bullets", "teaser", "related", "place"))


def _given(change: SetWords | SetBrief) -> dict[str, Any]:
    """The parts that a change speaks of."""
    named = {field.name: getattr(change, field.name) for field in fields(change)}
    return {
        name: value
        for name, value in named.items()
        if name not in {"kind", "brief_id"} and value is not None
    }


def _place_of(draft: Draft, name: str) -> int:
    if name not in draft.names:
        raise Illegal(f"There is no section “{name}” any more.")
    return draft.names.index(name)
