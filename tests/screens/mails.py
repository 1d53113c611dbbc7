"""The mails that are photographed: the sample edition in three layouts and three languages."""

from dataclasses import replace

from digest.domain.edition import Branding, EditionContent, Field, Layout, Section, Variant
from digest.render import builtin_templates, render_edition
from digest.render.sample import sample_edition

LANGUAGES = ("en", "de", "ar")
BRANDING = Branding(
    name="The Harbour Brief",
    postal_address="Harbour Wire\n12 Lantern Quay\n4410 Varda",
    footer_text="Made each morning on Lantern Quay.",
)
_LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
_INERT = {
    Field.ADDRESS: "mira@example.org",
    Field.UNSUBSCRIBE_URL: "https://harbour.example/u",
    Field.PREFERENCES_URL: "https://harbour.example/p",
}


def mail(layout: Layout, language: str) -> str:
    """The HTML of a mail, with fields as a reader would have them."""
    rendition = render_edition(
        _edition(language),
        replace(BRANDING, layout=layout),
        Variant(language=language),
        builtin_templates(),
        view_url="https://harbour.example/e",
    )
    html = rendition.html or ""
    for name, value in _INERT.items():
        html = html.replace(rendition.placeholder(name), value)
    return html


def _edition(language: str) -> EditionContent:
    """The sample; in German with a word and an address that are too long for a phone, in Arabic
    with its Arabic brief as the lead."""
    sample = sample_edition()
    lead, plain, arabic = sample.briefs
    if language == "ar":
        lead = replace(lead, **{name: getattr(arabic, name) for name in ("title", "bullets")})
        lead = replace(lead, teaser="", language="ar", related=())
        sections = (Section("", (lead, plain)),)
        return replace(sample, list_name="موجز الميناء", intro="", sections=sections, language="ar")
    if language == "de":
        lead = replace(lead, title=_LONG_WORD, bullets=(f"https://harbour.example/{'x' * 90}",))
        return replace(sample, sections=(Section("", (lead, plain)),), language="de")
    return sample
