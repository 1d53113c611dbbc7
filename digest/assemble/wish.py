"""What an editor asked for, made fit to be stored, and reduced to what is really new."""

import re
from dataclasses import fields, replace
from functools import singledispatch
from typing import Any
from urllib.parse import urlsplit

from digest.domain.brief import RelatedLink
from digest.domain.changes import Change, NameSection, PlaceBrief, PlaceSection, SetBrief, SetWords
from digest.domain.draft import Draft
from digest.domain.errors import Illegal
from digest.sanitise import fold

MOST_CHARACTERS = {
    "subject": 300,
    "preheader": 300,
    "intro": 5_000,
    "title": 500,
    "bullet": 1_000,
    "teaser": 2_000,
    "section": 100,
}
MOST_BULLETS = 20
MOST_RELATED = 10

_GAPS = re.compile(r"\n{3,}")


@singledispatch
def tidy(change: Change) -> Change:
    """The change with its words on one line each and nothing invisible in them; ``Illegal`` where
    there are too many, or an address is none."""
    return change


@tidy.register
def _(change: SetWords) -> Change:
    return replace(
        change,
        subject=_line("subject", change.subject),
        preheader=_line("preheader", change.preheader),
        intro=_paragraphs(change.intro),
    )


@tidy.register
def _(change: SetBrief) -> Change:
    return replace(
        change,
        title=_line("title", change.title),
        bullets=_bullets(change.bullets),
        teaser=_line("teaser", change.teaser),
        related=_related(change.related),
    )


@tidy.register
def _(change: NameSection) -> Change:
    new = _line("section", change.new) or ""
    if not new and change.old:
        raise Illegal("A section needs a name.")
    return replace(change, new=new)


@tidy.register
def _(change: PlaceSection) -> Change:
    return replace(change, name=_line("section", change.name) or "")


def real_change(change: Change, draft: Draft) -> Change | None:
    """What of ``change`` differs from ``draft``; None where nothing does."""
    if isinstance(change, SetWords):
        return _differing(change, draft.content)
    if isinstance(change, SetBrief):
        return _differing(change, draft.brief(change.brief_id))
    if isinstance(change, PlaceBrief):
        return None if draft.spot(change.brief_id) == change.spot else change
    if isinstance(change, NameSection):
        return None if change.old == change.new else change
    return change


def _differing(change: SetWords | SetBrief, old: Any) -> SetWords | SetBrief | None:
    names = [field.name for field in fields(change) if hasattr(old, field.name)]
    given = [name for name in names if getattr(change, name) is not None]
    same = [name for name in given if getattr(change, name) == getattr(old, name)]
    if len(same) == len(given):
        return None
    nothing: dict[str, Any] = dict.fromkeys(same)
    return replace(change, **nothing)


def _line(what: str, text: str | None) -> str | None:
    if text is None:
        return None
    line = fold(text)
    _check_length(what, line)
    return line


def _paragraphs(text: str | None) -> str | None:
    """Lines stay lines, blank ones part paragraphs."""
    if text is None:
        return None
    folded = _GAPS.sub("\n\n", "\n".join(map(fold, text.splitlines()))).strip()
    _check_length("intro", folded)
    return folded


def _bullets(bullets: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if bullets is None:
        return None
    kept = tuple(line for bullet in bullets if (line := _line("bullet", bullet)))
    if len(kept) > MOST_BULLETS:
        raise Illegal(f"A brief has {MOST_BULLETS} bullets at most; these are {len(kept)}.")
    return kept


def _related(stories: tuple[RelatedLink, ...] | None) -> tuple[RelatedLink, ...] | None:
    if stories is None:
        return None
    kept = tuple(story for it in stories if (story := _story(it)).title)
    if len(kept) > MOST_RELATED:
        raise Illegal(f"A brief has {MOST_RELATED} related stories at most.")
    return kept


def _story(story: RelatedLink) -> RelatedLink:
    url = (story.url or "").strip() or None
    if url is not None and urlsplit(url).scheme not in {"http", "https"}:
        raise Illegal(f"{url!r} is not an http or https address.")
    title, teaser = _line("title", story.title), _line("teaser", story.teaser)
    return RelatedLink(title or "", url, teaser or "")


def _check_length(what: str, text: str) -> None:
    most = MOST_CHARACTERS[what]
    if len(text) > most:
        raise Illegal(f"The {what} has {len(text):,} characters; it may have {most:,}.")
