"""Which HTML and CSS mail programs understand, from ``support.json``, and what a mail uses of it.

The file is ours, in the manner of caniemail.com: what a reader sees where a construct is not
supported counts for more than a tick. Each entry names its source and when that was tested.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from lxml.html import HtmlElement, document_fromstring

CLIENTS = ("Apple Mail", "Gmail", "Outlook (Word)", "Outlook.com", "Yahoo Mail", "Thunderbird")
LEVELS: Mapping[str, str] = {"y": "yes", "a": "partly", "n": "no", "u": "unknown"}

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
_PRELUDE = re.compile(r"([^{};]+)\{")
_DECLARATION = re.compile(r"([a-z-]+)\s*:\s*([^;{}]+)", re.IGNORECASE)
_PSEUDO = re.compile(r"::?[a-z-]+")
_FUNCTION = re.compile(r"\b(var|calc|min|max|clamp)\(")
_SPECIAL_DISPLAY = frozenset({"none", "flex", "inline-flex", "grid", "inline-grid"})


@dataclass(frozen=True, slots=True)
class Support:
    """How far one construct carries."""

    name: str  # "<td>", "[role]", "max-width", "display:flex", "@media", ":hover", "var()"
    clients: str  # a letter of LEVELS for each of CLIENTS
    source: str
    date: str  # when the source was tested or published
    without: str = ""  # what a reader sees where it is not supported
    harm: str = "none"  # of that: "none", "some", or "breaks"
    remedy: str = ""


@cache
def support_table() -> Mapping[str, Support]:
    """All entries, by name."""
    entries = json.loads(Path(__file__).with_name("support.json").read_text("utf-8"))
    return MappingProxyType({entry["name"]: Support(**entry) for entry in entries})


def constructs(html: str) -> dict[str, str]:
    """The HTML and CSS that ``html`` uses, each with the place where it stands first. What is in
    conditional comments is for Word alone and not counted."""
    found: dict[str, str] = {}
    for element in document_fromstring(html).iter():
        if not isinstance(element.tag, str):
            continue
        for name in _of_element(element):
            found.setdefault(name, f"<{element.tag!s}>")
    return found


def _of_element(element: HtmlElement) -> Iterator[str]:
    yield f"<{element.tag!s}>"
    for attribute in map(str, element.attrib):
        if not attribute.startswith("data-"):
            yield f"[{attribute}]"
    yield from _of_declarations(element.get("style", ""))
    if element.tag == "style":
        yield from _of_sheet(element.text or "")


def _of_sheet(css: str) -> Iterator[str]:
    plain = _STRING.sub('""', _COMMENT.sub("", css))
    for rule in _PRELUDE.finditer(plain):
        prelude = rule[1].strip().lower()
        if prelude.startswith("@"):
            name = prelude.split()[0].partition("(")[0]
            yield name
            if "prefers-color-scheme" in prelude:
                yield f"{name} prefers-color-scheme"
        else:
            yield from _PSEUDO.findall(prelude)
    yield from re.findall(r"@(?:import|charset|namespace)\b", plain)
    for body in re.findall(r"\{([^{}]*)\}", plain):
        yield from _of_declarations(body)


def _of_declarations(css: str) -> Iterator[str]:
    for name, value in _DECLARATION.findall(css):
        yield name.lower()
        word = value.replace("!important", "").strip().lower()
        if name.lower() == "display" and word in _SPECIAL_DISPLAY:
            yield f"display:{word.removeprefix('inline-')}"
        yield from (f"{function}()" for function in _FUNCTION.findall(value))
