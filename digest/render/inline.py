"""CSS written into the elements of an HTML mail; the only importer of premailer.

Most mail programs drop ``<style>`` somewhere, so what can stand in ``style`` attributes does, and
only media queries, dark mode and the like stay behind.
"""

import re
from functools import lru_cache
from threading import Lock
from typing import Any

from premailer import Premailer

from digest.domain.errors import Illegal
from digest.render.css import parse_stylesheet, split_stylesheet

_PROLOGUE = re.compile(r"\s*(?:<\?xml[^>]*\?>)?\s*(<!doctype[^>]*>)?\s*", re.IGNORECASE)
_STYLES = re.compile(
    r"<!--.*?-->|<style\b(?P<attributes>[^>]*)>(?P<css>.*?)</style\s*>", re.DOTALL | re.IGNORECASE
)
_OTHER_MEDIUM = re.compile(r"""\bmedia=(?!(["'])(?:all|screen)\1)""", re.IGNORECASE)
_INVISIBLE = str.maketrans(
    {
        "\u00a0": "&nbsp;",
        "\u00ad": "&shy;",
        "\u034f": "&#847;",
        "\u2007": "&#8199;",
        "\u200b": "&#8203;",
        "\u200c": "&zwnj;",
    }
)
_ONE_AT_A_TIME = Lock()  # cssutils is not safe in threads


def inline(html: str) -> str:
    """``html``, a whole document, with the rules of its ``<style>`` elements in its elements.

    Offline and deterministic. What can't be inlined stays in ``<style>`` as it was written, as do
    style elements inside conditional comments. ``Illegal`` for a document without content or a
    stylesheet that can't be read.
    """
    prologue = _PROLOGUE.match(html)
    doctype, rest = (prologue[1] or "", html[prologue.end() :]) if prologue else ("", html)
    if not rest:
        raise Illegal("An HTML template of an e-mail rendered nothing; give it a body.")
    inlined: list[str] = []
    with _ONE_AT_A_TIME:
        document = _STYLES.sub(lambda match: _part(match, inlined), rest)
        body = _premailer(inlined).transform(document, pretty_print=False)
    return "\n".join(filter(None, (doctype, body.translate(_INVISIBLE))))


def _part(element: re.Match[str], inlined: list[str]) -> str:
    """What stays of a ``<style>`` element; its other rules go to ``inlined``."""
    css, attributes = element["css"], element["attributes"]
    if css is None or _OTHER_MEDIUM.search(attributes):
        return element[0]
    split = split_stylesheet(css)
    inlined.append(split.inlined)
    kept = f'<style{attributes} data-premailer="ignore">\n{split.kept}\n</style>'
    return kept if split.kept else ""


class _Offline(Premailer):  # type: ignore[misc]  # premailer has no types
    def _parse_css_string(self, css_body: str, validate: bool = True) -> Any:  # noqa: ARG002  # its signature
        return parse_stylesheet(css_body)

    def _parse_style_rules(self, css_body: str, ruleset_index: int) -> tuple[list[Any], list[Any]]:
        rules, leftover = _parsed_rules(css_body, ruleset_index)
        return list(rules), list(leftover)


@lru_cache(maxsize=64)
def _parsed_rules(css: str, index: int) -> tuple[list[Any], list[Any]]:
    """A sheet's rules as premailer wants them: the same for all renditions of a list."""
    parsed: tuple[list[Any], list[Any]] = Premailer._parse_style_rules(  # noqa: SLF001 - its hook
        _premailer([]), css, index
    )
    return parsed


def _premailer(css: list[str]) -> _Offline:
    return _Offline(
        css_text=[text for text in css if text],
        allow_network=False,
        keep_style_tags=True,
        strip_important=False,
        disable_validation=True,
        disable_leftover_css=True,  # _part has kept it already, as it was written
        disable_basic_attributes=["width", "height", "align", "valign", "bgcolor"],
        align_floating_images=False,
    )
