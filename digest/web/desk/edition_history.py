"""How an edition came to be what it is, and the editions of a list."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from re import split
from uuid import UUID

from fastapi import Response
from markupsafe import Markup, escape

from digest.actions.read_history import read_history
from digest.actions.show_edition import list_editions
from digest.domain.differences import Difference
from digest.web.desk.change_words import describe
from digest.web.desk.desk import AtDesk

MOST_EDITIONS = 60


def show_history(desk: AtDesk, edition_id: UUID) -> Response:
    """GET …/history."""
    history = read_history(desk.site.db, edition_id)
    return desk.page("desk/edition_history.html", history=history, describe=describe, marked=marked)


def show_editions(desk: AtDesk, list_slug: str) -> Response:
    """GET /desk/lists/{list_slug}/editions: the latest first."""
    editions = list_editions(desk.site.db, list_slug, MOST_EDITIONS)
    return desk.page("desk/editions.html", slug=list_slug, editions=editions)


def marked(difference: Difference) -> Markup:
    """Both wordings in one text, word by word: what went in ``del``, what came in ``ins``."""
    old, new = (_words(text or "") for text in (difference.before, difference.after))
    return Markup("").join(_spans(old, new))


def _spans(old: list[str], new: list[str]) -> Iterator[Markup]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            yield escape("".join(old[a:b]))
            continue
        if b > a:
            yield Markup("<del>{}</del>").format("".join(old[a:b]))
        if d > c:
            yield Markup("<ins>{}</ins>").format("".join(new[c:d]))


def _words(text: str) -> list[str]:
    return split(r"(\s+)", text)
