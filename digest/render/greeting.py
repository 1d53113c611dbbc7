"""Mails to one subscriber that are no edition: from confirm to move."""

from digest.domain.edition import Branding
from digest.domain.states import GreetingKind
from digest.render.colors import palette
from digest.render.context import brand_context
from digest.render.links import safe_url
from digest.render.message import Message, render_message
from digest.render.sources import builtin_templates
from digest.render.words import Words, direction

PARTS = ("heading", "line", "button", "small")  # words/LANGUAGE.po has KIND_PART for each


def render_greeting(kind: GreetingKind, branding: Branding, language: str, url: str) -> Message:
    """The mail in the subscriber's language; ``url`` is where its one button leads."""
    templates = builtin_templates()
    words = Words(language, templates)
    brand = brand_context(branding, words)
    say = {part: words.say(f"{kind}_{part}", list=brand["name"]) for part in PARTS}
    context = {
        **say,
        "small": [say["small"]],
        "language": words.language,
        "dir": direction(words.language),
        "brand": brand,
        "colors": palette(branding.accent_color),
        "url": safe_url(url),
    }
    return render_message("greeting", templates, context)
