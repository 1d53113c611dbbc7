"""A list's own templates tried before they are kept."""

import re
from collections.abc import Mapping
from dataclasses import replace

from digest.domain.edition import Branding, Layout, TemplateSet, Variant
from digest.domain.errors import Illegal
from digest.render.checks import check_rendition
from digest.render.edition import render_edition
from digest.render.finding import Finding, Severity
from digest.render.sample import sample_edition
from digest.render.sources import builtin_templates

MOST = 200_000  # characters of all files together
_NAME = re.compile(r"(?:[a-z0-9][a-z0-9_-]*/)?[a-z0-9][a-z0-9_-]*\.(?:html|txt|css)")
_TRIALS = (
    (Layout.FULL, Variant()),
    (Layout.FULL, Variant(language="ar")),
    (Layout.FULL, Variant(text_only=True)),
    (Layout.COMPACT, Variant()),
    (Layout.SINGLE, Variant()),
)


def own_templates(files: Mapping[str, str]) -> TemplateSet:
    """The built-in set with ``files`` (relative path → source) in the place of those of the same
    name. ``Illegal`` for a name that can't be, or too much of it."""
    for name in files:
        if not _NAME.fullmatch(name):
            raise Illegal(
                f"A template can't be called {name!r}; names are like edition/body.html, in small "
                "letters, ending in .html, .txt or .css."
            )
    size = sum(map(len, files.values()))
    if not files or size > MOST:
        raise Illegal(f"Own templates have 1 to {MOST:,} characters in all; these have {size:,}.")
    return TemplateSet({**builtin_templates().files, **files}, tuple(sorted(files)))


def try_templates(templates: TemplateSet, branding: Branding) -> tuple[Finding, ...]:
    """What an editor may want to mend in a list's own templates, found on an invented edition in
    each layout, in a language from right to left, and as text.

    ``Illegal`` says what must be mended: a template that can't be filled, or an error of the
    checks that every edition passes.
    """
    found: dict[Finding, None] = {}
    for layout, variant in _TRIALS:
        look = replace(branding, layout=layout, postal_address=branding.postal_address or "Here")
        rendition = render_edition(
            sample_edition(), look, variant, templates, view_url="https://harbour.example/e"
        )
        if rendition.fallback:
            raise Illegal(rendition.fallback)
        found.update(dict.fromkeys(check_rendition(rendition, look)))
    errors = [finding for finding in found if finding.severity is Severity.ERROR]
    if errors:
        first = errors[0]
        raise Illegal(f"These templates can't be used: {first.where}: {first.why} {first.remedy}")
    return tuple(found)
