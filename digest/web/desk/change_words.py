"""A change of a draft in words, for buttons, history and conflicts."""

from dataclasses import dataclass

from digest.domain.brief import RelatedLink
from digest.domain.changes import (
    Change,
    DropSection,
    NameSection,
    PlaceBrief,
    PlaceSection,
    PutIn,
    Rebuild,
    SetBrief,
    SetWords,
    TakeOut,
)
from digest.domain.draft import Draft

PARTS = {
    "subject": "Subject",
    "preheader": "Preheader",
    "intro": "Intro note",
    "title": "Headline",
    "bullets": "Bullets",
    "teaser": "Teaser",
    "related": "Related stories",
}


@dataclass(frozen=True, slots=True)
class Wording:
    """One part that a change gives other words."""

    part: str
    text: str


def wordings(change: Change) -> list[Wording]:
    """The words that a change sets, by part; none for changes of place."""
    if not isinstance(change, SetWords | SetBrief):
        return []
    given = ((name, getattr(change, name, None)) for name in PARTS)
    return [Wording(PARTS[name], _shown(value)) for name, value in given if value is not None]


def describe(change: Change, draft: Draft | None = None) -> str:
    """What was done, in a few words: ``headline of “Ferries halt”``."""
    match change:
        case SetWords():
            return _parts(change)
        case SetBrief():
            return f"{_parts(change)} of {_brief(change.brief_id, draft)}"
        case PlaceBrief():
            return f"place of {_brief(change.brief_id, draft)}"
        case PutIn():
            return f"“{change.brief.title}” put in"
        case TakeOut():
            return f"{_brief(change.brief_id, draft)} taken out"
        case PlaceSection():
            return f"section “{change.name or 'Top'}” placed"
        case DropSection():
            return f"section “{change.name or 'Top'}” removed"
        case NameSection():
            return f"section “{change.old or 'Top'}” named “{change.new or 'Top'}”"
        case Rebuild():
            return "brought up to date with what arrived"


def _parts(change: SetWords | SetBrief) -> str:
    return ", ".join(wording.part.lower() for wording in wordings(change))


def _brief(brief_id: object, draft: Draft | None) -> str:
    briefs = draft.content.briefs if draft else ()
    title = next((brief.title for brief in briefs if brief.id == brief_id), None)
    out = next((it.title for it in draft.excluded if it.id == brief_id), None) if draft else None
    return f"“{title or out}”" if title or out else "a brief"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return "\n".join(
            f"{it.title}\n    {it.teaser}" if isinstance(it, RelatedLink) else str(it)
            for it in value
        )
    return str(value)
