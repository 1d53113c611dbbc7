"""An edition rendered for one variant: the function that previews and sends share."""

import json
from dataclasses import asdict
from hashlib import sha256

from digest.domain.edition import Branding, EditionContent, Rendition, TemplateSet, Variant
from digest.render.context import edition_context, frame_context
from digest.render.message import render_message


def render_edition(
    content: EditionContent,
    branding: Branding,
    variant: Variant,
    templates: TemplateSet,
    *,
    view_url: str | None,
) -> Rendition:
    """``content``, already selected for the topics of ``variant`` (:func:`digest.render.select`),
    as a mail's subject, text and HTML.

    ``view_url`` is the page that shows the mail in a browser, the same for all readers. Equal
    values give equal bytes. ``Illegal`` where a template is broken or the branding is.
    """
    marker = _marker(content, branding, variant, templates, view_url)
    frame = frame_context(branding, variant.language, marker, view_url)
    context = {**frame, **edition_context(content, branding, frame["language"])}
    mail = render_message("edition", templates, context, text_only=variant.text_only)
    return Rendition(
        subject=mail.subject,
        preheader=context["preheader"],
        text=mail.text,
        html=mail.html,
        marker=marker,
    )


def _marker(
    content: EditionContent,
    branding: Branding,
    variant: Variant,
    templates: TemplateSet,
    view_url: str | None,
) -> str:
    """A word that nothing in the inputs contains, since it is made from a hash of all of them."""
    parts = [asdict(content), asdict(branding), asdict(variant), templates.digest, view_url]
    summary = json.dumps(parts, default=str, sort_keys=True)
    return "f" + sha256(summary.encode()).hexdigest()[:20]
