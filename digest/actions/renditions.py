"""What an edition is rendered from, and the one function that previews and sends render with."""

from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from html import escape
from json import dumps
from typing import Any
from uuid import UUID

from digest.actions.view_edition import ABOUT_LINKS, READER, how_counted, view_url
from digest.domain.counting import Counting
from digest.domain.edition import (
    SIZE_BUDGET,
    Branding,
    EditionContent,
    Field,
    Layout,
    Rendition,
    TemplateSet,
    Variant,
)
from digest.domain.errors import Illegal
from digest.render import builtin_templates, render_edition, select
from digest.render.counted import Counted
from digest.settings import Settings
from digest.store.editions import Edition, get_templates
from digest.store.engine import Session
from digest.store.lists import get_list

VIEW_RULE = "base URL, /e/, token of the edition"  # how the view link is made


@dataclass(frozen=True, slots=True)
class EditionValues:
    """All that the renditions of an edition are made of."""

    edition_id: UUID
    content: EditionContent
    branding: Branding
    templates: TemplateSet
    view_url: str  # the edition in a browser, the same for all readers
    counted: Counted | None = None  # how its links are, where they are

    @property
    def default(self) -> Variant:
        """The variant of those who chose nothing."""
        return Variant(language=self.content.language)

    @property
    def plain(self) -> "EditionValues":
        """The same with links that lead straight to where they lead."""
        return replace(self, counted=None)

    @property
    def digest(self) -> str:
        """SHA-256 over content, branding, templates and the rule of the view link, in hex: what
        approval freezes."""
        parts = [asdict(self.content), _as_hashed(self.branding), self.templates.digest, VIEW_RULE]
        return sha256(dumps(parts, default=str, sort_keys=True).encode()).hexdigest()


def _as_hashed(branding: Branding) -> dict[str, Any]:
    """The branding in the shape in which the first editions were hashed: what came later counts
    only where it isn't what it was before there was a choice."""
    parts = asdict(branding)
    if branding.layout is Layout.FULL:
        parts["layout"] = "standard"
    if branding.size_budget == SIZE_BUDGET:
        del parts["size_budget"]
    if branding.counting is Counting.NONE:
        del parts["counting"]
    return parts


def edition_values(session: Session, settings: Settings, edition: Edition) -> EditionValues:
    """The values of an edition: the frozen ones from approval on, and until then its content with
    the list's branding and the templates as they are now.

    ``Illegal`` where what was frozen is no longer what it was.
    """
    mailing_list = get_list(session, edition.list_id)
    branding = edition.branding or mailing_list.branding
    values = EditionValues(
        edition_id=edition.id,
        content=edition.content,
        branding=branding,
        templates=_templates(session, edition.templates or mailing_list.templates),
        view_url=view_url(settings, edition),
        counted=how_counted(settings, edition.id, branding.counting),
    )
    if edition.frozen_hash is not None and edition.frozen_hash != values.digest:
        raise Illegal(
            f"Edition {edition.id} is not what was approved: its rows were changed since; "
            "withdraw it and build it again."
        )
    return values


def render_for(
    values: EditionValues, variant: Variant, *, is_whole: bool = False
) -> Rendition | None:
    """The edition for the readers who chose ``variant``; None where nothing is in their topics.

    Equal values give equal bytes. ``is_whole`` is for the web page, which needs not fit a mail.
    """
    content = select(values.content, variant)
    if content is None:
        return None
    return render_edition(
        content,
        values.branding,
        variant,
        values.templates,
        view_url=values.view_url,
        is_whole=is_whole,
        counted=values.counted,
    )


def with_inert_fields(rendition: Rendition, settings: Settings) -> Rendition:
    """The rendition for no one in particular: its links that are one reader's own lead to a page
    that says so, and change nothing."""
    about = settings.public_url + ABOUT_LINKS
    fields = {
        Field.ADDRESS: READER,
        Field.UNSUBSCRIBE_URL: about,
        Field.PREFERENCES_URL: about,
    }
    text, html = rendition.text, rendition.html
    for name, value in fields.items():
        word = rendition.placeholder(name)
        text = text.replace(word, value)
        html = html.replace(word, escape(value)) if html is not None else None
    return replace(rendition, text=text, html=html)


def _templates(session: Session, set_id: str | None) -> TemplateSet:
    return get_templates(session, set_id) if set_id else builtin_templates()
