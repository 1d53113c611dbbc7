"""What may be wrong with a rendition before it is sent, said so that an editor can mend it."""

import re
from collections.abc import Iterator

from lxml.html import document_fromstring

from digest.domain.edition import SIZE_BUDGET, Branding, Field, Rendition
from digest.render.check_html import check_html
from digest.render.check_words import check_words
from digest.render.finding import Finding, error, note, warning
from digest.render.plain import lines
from digest.render.weight import CLIPPED_AT, transferred_size

_TEMPLATE_MARKS = re.compile(r"\{\{|\}\}|\{%|%\}")


def check_rendition(rendition: Rendition, branding: Branding) -> tuple[Finding, ...]:
    """All findings, in the order of the mail's parts; none when it is fit to be sent."""
    parts = {"text": rendition.text}
    if rendition.html is not None:
        parts = {"html": rendition.html, "text": rendition.text}
    return (
        *_subject(rendition),
        *check_words(rendition),
        *(f for name, part in parts.items() for f in _part(name, part, rendition, branding)),
        *check_html(rendition),
        *_size(rendition),
        *_dropped(rendition),
        *_fallback(rendition),
    )


def _subject(rendition: Rendition) -> Iterator[Finding]:
    if not rendition.subject:
        yield error("subject", "The subject is empty.", "Write a subject.")
    if rendition.marker in rendition.subject:
        why = "The subject holds a personal field, which is filled in the body only."
        yield error("subject", why, "Take it out of subject.txt.")
    yield from _template_marks("subject", rendition.subject)


def _part(name: str, part: str, rendition: Rendition, branding: Branding) -> Iterator[Finding]:
    if rendition.placeholder(Field.UNSUBSCRIBE_URL) not in part:
        why = "There is no unsubscribe link."
        yield error(name, why, "Put reader.unsubscribe_url in the template's footer.")
    yield from _postal_address(name, part, branding)
    if _has_unknown_placeholder(part, rendition):
        why = "A placeholder stands for no known field and would be sent as it is."
        yield error(name, why, f"Use one of the fields {', '.join(Field.ALL)}.")
    yield from _template_marks(name, part)


def _postal_address(name: str, part: str, branding: Branding) -> Iterator[Finding]:
    wanted = "".join(map(_squeezed, lines(branding.postal_address)))
    if not wanted:
        why = "The list has no postal address, which the law asks for in bulk mail."
        yield error(name, why, "Set the list's postal address.")
        return
    shown = str(document_fromstring(part).text_content()) if name == "html" else part
    if wanted not in _squeezed(shown):
        why = "The list's postal address does not stand in the mail."
        yield error(name, why, "Put brand.postal_address in the template's footer.")


def _has_unknown_placeholder(part: str, rendition: Rendition) -> bool:
    known = sum(part.count(rendition.placeholder(name)) for name in Field.ALL)
    return part.count(rendition.marker) > known


def _template_marks(name: str, part: str) -> Iterator[Finding]:
    found = _TEMPLATE_MARKS.search(part)
    if found:
        why = f"{found[0]} stands in the mail: a template's mark that was not filled?"
        yield warning(name, why, "Look at the preview, and mend the text if so.")


def _size(rendition: Rendition) -> Iterator[Finding]:
    """The HTML part as transferred: warned of from the usual budget on, refused where it would be
    clipped, and with it the way to unsubscribe."""
    size = transferred_size(rendition.html or "", rendition.marker)
    if size < SIZE_BUDGET:
        return
    make = error if size >= CLIPPED_AT else warning
    why = f"The HTML has {size:,} bytes as sent; Gmail clips a mail near {CLIPPED_AT:,}."
    yield make("html", why, "Shorten the lead, or lower the list's size budget.")


def _fallback(rendition: Rendition) -> Iterator[Finding]:
    if rendition.fallback:
        why = f"The list's own templates were not used: {rendition.fallback}"
        yield warning("templates", why, "Mend them and save them again: digest list templates.")


def _dropped(rendition: Rendition) -> Iterator[Finding]:
    if rendition.dropped:
        why = f"Left out so that it isn't clipped: {rendition.dropped}."
        yield note("content", why, "Nothing has to be done; the web page shows all of it.")


def _squeezed(text: str) -> str:
    return "".join(text.split())
