"""The forms of an edition's page, read as changes."""

from collections.abc import Mapping
from uuid import UUID

from digest.domain.brief import RelatedLink
from digest.domain.changes import (
    Change,
    DropSection,
    NameSection,
    PlaceBrief,
    PlaceSection,
    SetBrief,
    SetWords,
)
from digest.domain.draft import Spot
from digest.domain.errors import Illegal
from digest.web.posted import Fields, first


def seen_version(fields: Fields) -> int:
    """The version that the form was made from."""
    text = first(fields, "version")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Illegal("This form doesn’t say which version it changes; open the page again.")
    return int(text)


def words_in(fields: Fields) -> SetWords:
    """The edition's own words."""
    return SetWords(
        subject=_text(fields, "subject"),
        preheader=_text(fields, "preheader"),
        intro=_text(fields, "intro"),
    )


def brief_in(fields: Fields, brief_id: UUID) -> SetBrief:
    """A brief's words. A form without a part leaves it as it is."""
    bullets = _text(fields, "bullets")
    return SetBrief(
        brief_id,
        title=_text(fields, "title"),
        bullets=None if bullets is None else tuple(bullets.splitlines()),
        teaser=_text(fields, "teaser"),
        related=_related(fields),
    )


def fields_of(change: Change) -> list[tuple[str, str]] | None:
    """The form that would make this change of words again; None for other changes."""
    if not isinstance(change, SetWords | SetBrief):
        return None
    names = ("subject", "preheader", "intro", "title", "teaser")
    sent = [(name, getattr(change, name, None)) for name in names]
    if isinstance(change, SetBrief) and change.bullets is not None:
        sent.append(("bullets", "\n".join(change.bullets)))
    for story in (change.related or ()) if isinstance(change, SetBrief) else ():
        sent += [
            ("related_title", story.title),
            ("related_url", story.url or ""),
            ("related_teaser", story.teaser),
        ]
    return [(name, value) for name, value in sent if value is not None]


def spot_in(fields: Fields, brief_id: UUID) -> PlaceBrief:
    """Where a brief was dropped."""
    position = first(fields, "position")
    if not position.isascii() or not position.isdigit() or len(position) > 4:
        raise Illegal("This form doesn’t say where the brief goes; open the page again.")
    return PlaceBrief(brief_id, Spot(first(fields, "section"), int(position)))


def section_in(fields: Fields, names: tuple[str, ...]) -> Change:
    """What is to become of a section: its ``act`` is add, name, up, down or drop."""
    act, name = first(fields, "act"), first(fields, "section")
    if act == "add":
        new = first(fields, "name")
        if not new:
            raise Illegal("A section needs a name.")
        if new in names:
            raise Illegal(f"There is a section “{new}” already.")
        return PlaceSection(new, len(names))
    if act == "name":
        return NameSection(name, first(fields, "name"))
    if act == "drop":
        return DropSection(name)
    if act in _STEPS and name in names:
        return PlaceSection(name, names.index(name) + _STEPS[act])
    raise Illegal("This page has no such button.")


_STEPS: Mapping[str, int] = {"up": -1, "down": 1}


def _text(fields: Fields, name: str) -> str | None:
    return fields[name][0].replace("\r\n", "\n") if fields.get(name) else None


def _related(fields: Fields) -> tuple[RelatedLink, ...] | None:
    if "related_title" not in fields:
        return None
    columns = [fields.get(f"related_{part}", []) for part in ("title", "url", "teaser")]
    if len({len(column) for column in columns}) != 1:
        raise Illegal("The related stories came in pieces; open the page again.")
    return tuple(
        RelatedLink(title, url.strip() or None, teaser)
        for title, url, teaser in zip(*columns, strict=True)
        if title.strip()
    )
