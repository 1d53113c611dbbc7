"""What templates see: plain dicts of cleaned text and safe addresses, never the values themselves.

A template that an editor changed can thus reach nothing but what is written here.
"""

from collections.abc import Mapping
from itertools import count
from typing import Any

from digest.domain.brief import Image, RelatedLink
from digest.domain.edition import (
    Branding,
    BriefItem,
    EditionContent,
    Field,
    TemplateSet,
    placeholder,
)
from digest.render.colors import palette
from digest.render.links import safe_url
from digest.render.plain import clean, clean_header, lines, paragraphs
from digest.render.reading import minutes
from digest.render.words import Words, direction, language_tag

Plain = dict[str, Any]
_PREVIEW = 150  # characters that inboxes show after a subject; the rest is padded


def frame_context(
    branding: Branding,
    language: str,
    templates: TemplateSet,
    marker: str,
    view_url: str | None,
) -> Mapping[str, Any]:
    """What every mail's frame needs: ``words`` (``say``), ``language``, ``dir``, ``brand``,
    ``colors``, ``reader`` (placeholders) and ``view_url``."""
    words = Words(language, templates)
    return {
        "say": words.say,
        "language": words.language,
        "dir": direction(words.language),
        "brand": brand_context(branding, words),
        "colors": palette(branding.accent_color),
        "reader": {
            "address": placeholder(marker, Field.ADDRESS),
            "unsubscribe_url": placeholder(marker, Field.UNSUBSCRIBE_URL),
            "preferences_url": placeholder(marker, Field.PREFERENCES_URL),
        },
        "view_url": safe_url(view_url),
    }


def edition_context(
    content: EditionContent, branding: Branding, templates: TemplateSet, language: str
) -> Plain:
    """What an edition's own templates need. Links that the text part lists carry ``link``, their
    number in reading order, where they have an address."""
    numbers = count(1)
    own = language_tag(content.language) or language
    preheader = clean(content.preheader)
    sections = [
        {
            "name": clean(section.name),
            "briefs": [_brief(brief, branding, own, numbers) for brief in section.briefs],
        }
        for section in content.sections
    ]
    return {
        "list_name": clean(content.list_name),
        "subject": clean_header(content.subject),
        "preheader": preheader,
        "padding": max(0, _PREVIEW - len(preheader)),
        "number": content.number,
        "date": Words(language, templates).long_date(content.date),
        "minutes": minutes(content),
        "stream": content.stream.value,
        "layout": branding.layout.value,
        "content_language": own,
        "content_dir": direction(own),
        "intro": paragraphs(content.intro),
        "sections": sections,
        "more": [_story(story, numbers) for story in content.more],
        "more_url": safe_url(content.more_url),
    }


def brand_context(branding: Branding, words: Words) -> Plain:
    """Who the mail is from, as templates see it."""
    name = clean(branding.name)
    return {
        "name": name,
        "postal_address": lines(branding.postal_address),
        "reason": clean(branding.reason) or words.say("reason", list=name),
        "logo_url": safe_url(branding.logo_url),
        "logo_alt": clean(branding.logo_alt) or name,
        "footer": paragraphs(branding.footer_text),
    }


def _brief(brief: BriefItem, branding: Branding, default: str, numbers: "count[int]") -> Plain:
    language = language_tag(brief.language) or default
    url = safe_url(brief.url)
    return {
        "title": clean(brief.title) or clean(brief.source) or clean(brief.url),
        "url": url,
        "link": next(numbers) if url else None,
        "language": language,
        "dir": direction(language),
        "source": clean(brief.source),
        "author": clean(brief.author or ""),
        "bullets": [bullet for bullet in map(clean, brief.bullets) if bullet],
        "teaser": clean(brief.teaser),
        "image": _image(brief.image) if branding.show_images else None,
        "also": [_story(RelatedLink(a.source, a.url), numbers) for a in brief.also],
        "related": [_story(story, numbers) for story in brief.related],
    }


def _story(story: RelatedLink, numbers: "count[int]") -> Plain:
    url = safe_url(story.url)
    return {
        "title": clean(story.title),
        "url": url,
        "link": next(numbers) if url else None,
        "teaser": clean(story.teaser),
    }


def _image(image: Image | None) -> Plain | None:
    url = safe_url(image.url) if image else None
    return {"url": url, "alt": clean(image.alt)} if image and url else None
