"""Editions made into mail: templates, inlined CSS, a text part made for reading, and checks.

Everything here is pure: no store, no network, and the same values always give the same bytes.
"""

from digest.render.checks import check_rendition
from digest.render.edition import render_edition
from digest.render.finding import Finding, Severity
from digest.render.greeting import render_greeting
from digest.render.message import Message, render_message
from digest.render.selection import select
from digest.render.sources import builtin_templates

__all__ = [
    "Finding",
    "Message",
    "Severity",
    "builtin_templates",
    "check_rendition",
    "render_edition",
    "render_greeting",
    "render_message",
    "select",
]
