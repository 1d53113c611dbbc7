"""What differs between two versions of an edition, or between two editions."""

from dataclasses import dataclass

from digest.domain.brief import RelatedLink
from digest.domain.edition import BriefItem, EditionContent


@dataclass(frozen=True, slots=True)
class Difference:
    """One part: what it is, and its words before and after; None where it wasn't there."""

    where: str
    before: str | None
    after: str | None


def differences(old: EditionContent, new: EditionContent) -> tuple[Difference, ...]:
    """Words that differ, briefs that came or went, and the order where that differs."""
    found: list[Difference] = []
    for name in ("subject", "preheader", "intro"):
        _compare(found, name.capitalize(), getattr(old, name), getattr(new, name))
    before = {brief.id: brief for brief in old.briefs}
    after = {brief.id: brief for brief in new.briefs}
    for brief_id in dict.fromkeys((*after, *before)):
        _compare_briefs(found, before.get(brief_id), after.get(brief_id))
    if list(before) != list(after) or _headings(old) != _headings(new):
        _compare(found, "Order", _outline(old), _outline(new))
    return tuple(found)


def _compare_briefs(found: list[Difference], old: BriefItem | None, new: BriefItem | None) -> None:
    if old is None or new is None:
        _compare(found, "Brief", old.title if old else None, new.title if new else None)
        return
    where = f"“{new.title}”"
    _compare(found, f"{where}: headline", old.title, new.title)
    _compare(found, f"{where}: bullets", "\n".join(old.bullets), "\n".join(new.bullets))
    _compare(found, f"{where}: teaser", old.teaser, new.teaser)
    _compare(found, f"{where}: related stories", _stories(old.related), _stories(new.related))


def _compare(found: list[Difference], where: str, old: str | None, new: str | None) -> None:
    if old != new:
        found.append(Difference(where, old, new))


def _stories(stories: tuple[RelatedLink, ...]) -> str:
    return "\n".join(f"{it.title}: {it.teaser}" if it.teaser else it.title for it in stories)


def _headings(content: EditionContent) -> list[str]:
    return [section.name for section in content.sections if section.briefs]


def _outline(content: EditionContent) -> str:
    return "\n".join(
        line
        for section in content.sections
        if section.briefs
        for line in (f"{section.name or 'Top'}:", *(f"  {it.title}" for it in section.briefs))
    )
