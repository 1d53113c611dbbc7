"""An edition rendered for one variant: the function that previews and sends share."""

import json
from dataclasses import asdict, replace
from functools import cache
from hashlib import sha256

from digest.domain.edition import Branding, EditionContent, Rendition, TemplateSet, Variant
from digest.domain.errors import Illegal
from digest.render.context import edition_context, frame_context
from digest.render.counted import Counted, count_in
from digest.render.fit import fit
from digest.render.layout import lay_out
from digest.render.message import render_message
from digest.render.sources import builtin_templates
from digest.render.weight import transferred_size


def render_edition(
    content: EditionContent,
    branding: Branding,
    variant: Variant,
    templates: TemplateSet,
    *,
    view_url: str | None,
    is_whole: bool = False,
    counted: Counted | None = None,
) -> Rendition:
    """``content``, already selected for the topics of ``variant`` (:func:`digest.render.select`),
    as a mail's subject, text and HTML, within the size budget of ``branding`` unless ``is_whole``.

    ``view_url`` is the page that shows the mail in a browser, the same for all readers;
    ``counted`` says how its links are counted, where they are. Equal values give equal bytes. Where
    a list's own templates fail, the built-in ones stand in, and ``fallback`` of the rendition says
    why. ``Illegal`` where the branding or a built-in template is broken.
    """
    try:
        return _render(content, branding, variant, templates, view_url, is_whole, counted)
    except Illegal as fault:
        if not templates.own:
            raise
        builtin = builtin_templates()
        rendition = _render(content, branding, variant, builtin, view_url, is_whole, counted)
        return replace(rendition, fallback=str(fault))


def _render(
    content: EditionContent,
    branding: Branding,
    variant: Variant,
    templates: TemplateSet,
    view_url: str | None,
    is_whole: bool,
    counted: Counted | None,
) -> Rendition:
    marker = _marker(content, branding, variant, templates, view_url)
    frame = frame_context(branding, variant.language, templates, marker, view_url)

    @cache
    def made(shown: EditionContent) -> Rendition:
        context = {**frame, **edition_context(shown, branding, templates, frame["language"])}
        mail = render_message("edition", templates, context, text_only=variant.text_only)
        whole = Rendition(mail.subject, context["preheader"], mail.text, mail.html, marker)
        if counted is None or whole.html is None:
            return whole
        html, targets = count_in(whole.html, counted)
        return replace(whole, html=html, targets=targets)

    def is_small(shown: EditionContent) -> bool:
        html = made(shown).html
        return html is None or transferred_size(html, marker) <= branding.size_budget

    laid_out = lay_out(content, branding.layout)
    if is_whole:
        return made(laid_out)
    shown, dropped = fit(laid_out, is_small, whole_at=view_url)
    return replace(made(shown), dropped=dropped)


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
