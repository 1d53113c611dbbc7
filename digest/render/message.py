"""A mail from its folder of templates: ``subject.txt``, ``body.html`` and ``body.txt``."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from digest.domain.edition import TemplateSet
from digest.render.environment import render_template
from digest.render.inline import inline
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
    blank line. ``Illegal`` where a template is broken.
    """
    subject = clean_header(render_template(templates, f"{name}/subject.txt", context))
    text = _tidy(render_template(templates, f"{name}/body.txt", context))
    if text_only:
        return Message(subject, None, text)
    return Message(subject, inline(render_template(templates, f"{name}/body.html", context)), text)


def _tidy(text: str) -> str:
    return _GAPS.sub("\n\n", _TRAILING.sub("", text)).strip("\n") + "\n"
