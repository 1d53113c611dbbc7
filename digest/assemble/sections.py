"""The briefs of an edition under their headings."""

from collections.abc import Sequence

from digest.domain.edition import BriefItem, Section


def lay_out(briefs: Sequence[BriefItem], names: Sequence[str]) -> tuple[Section, ...]:
    """Sections of ``briefs`` (best first), each in rank order.

    The best brief opens the edition, and what has no category follows it, in a first section
    without a name. Then come the list's sections (``names``) in their order, then other
    categories as their best briefs come. A brief stands in the first of the list's sections that
    it has a category of, else under its own first category.
    """
    top: list[BriefItem] = []
    named: dict[str, list[BriefItem]] = {name.casefold(): [] for name in names}
    spelling = {name.casefold(): name for name in names}
    for rank, brief in enumerate(briefs):
        name = section_name(brief.topics, names)
        if rank == 0 or name is None:
            top.append(brief)
        else:
            spelling.setdefault(name.casefold(), name)
            named.setdefault(name.casefold(), []).append(brief)
    sections = [Section(spelling[key], tuple(under)) for key, under in named.items() if under]
    return (Section("", tuple(top)), *sections) if top else tuple(sections)


def section_name(categories: Sequence[str], names: Sequence[str]) -> str | None:
    """The heading that a brief with these categories stands under; None where it has none."""
    place = section_place(categories, names)
    if place is not None:
        return names[place]
    return next((category for category in categories if category.strip()), None)


def section_place(categories: Sequence[str], names: Sequence[str]) -> int | None:
    """Which of the list's sections a brief belongs to; None where it belongs to none of them."""
    own = {category.casefold() for category in categories}
    return next((place for place, name in enumerate(names) if name.casefold() in own), None)
