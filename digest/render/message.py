"""A mail from its folder of templates: ``subject.txt``, ``body.html`` and ``body.txt``."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from digest.domain.edition import TemplateSet
from digest.render.environment import render_template
from digest.render.inline import inline
from digest.render.jail import JAIL
from digest.render.plain import clean_header

_TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)
_GAPS = re.compile(r"\n{3,}")


class Message(NamedTuple):
    """The words of a mail; ``html`` is None where only text was asked for."""

    subject: str
    html: str | None
    text: str


def render_message(
    name: str, templates: TemplateSet, context: Mapping[str, Any], *, text_only: bool = False
) -> Message:
    """The mail ``name`` filled from ``context`` (plain dicts, lists, strings and numbers).

    The subject is one line, the HTML has its CSS inlined, the text has no gap of more than one
    blank line. A list's own templates are filled in a process of their own. ``Illegal`` where a
    template is broken.
    """
    if templates.own:
        return Message(*JAIL.fill(name, templates, context, text_only=text_only))
    return fill(name, templates, context, text_only=text_only)


def fill(
    name: str,
    templates: TemplateSet,
    context: Mapping[str, Any],
    *,
    text_only: bool = False,
    most: int | None = None,
) -> Message:
    """As ``render_message``, in this process; no part may have more than ``most`` characters."""
    subject = clean_header(render_template(templates, f"{name}/subject.txt", context, most))
    text = _tidy(render_template(templates, f"{name}/body.txt", context, most))
    if text_only:
        return Message(subject, None, text)
    html = inline(render_template(templates, f"{name}/body.html", context, most))
    return Message(subject, html, text)


def _tidy(text: str) -> str:
    return _GAPS.sub("\n\n", _TRAILING.sub("", text)).strip("\n") + "\n"
