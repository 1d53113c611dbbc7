"""Whether the text of a mail can be read on its grounds, by day and in the three ways in which
mail programs make it dark: not at all, in part, or altogether.

Some leave a mail as it is. Some turn light grounds dark and the dark text on them light, and leave
grounds that are dark already (Outlook.com, Gmail for Android). Some turn every colour (Gmail for
iOS). And some follow the mail's own dark colours (Apple Mail, Thunderbird).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from lxml.html import HtmlElement, document_fromstring

from digest.render.colors import AA, contrast, lightness, turned

LARGE = 3.0  # WCAG 2.2, 1.4.3: enough for large text
_LARGE_PX, _LARGE_BOLD_PX = 24.0, 18.66
_NAMES = {"white": "#ffffff", "black": "#000000"}
_HEX = re.compile(r"#(?:[0-9a-f]{3}){1,2}\b")
_DARK = re.compile(r"@media[^{]*prefers-color-scheme\s*:\s*dark[^{]*\{((?:[^{}]*\{[^{}]*\})*)")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")

Sheet = Mapping[str, Mapping[str, str]]  # selector → declarations


@dataclass(frozen=True, slots=True)
class Pair:
    """Some text, its colour, and the ground that it stands on."""

    text: str
    color: str  # "#rrggbb"
    ground: str
    is_large: bool

    @property
    def wanted(self) -> float:
        return LARGE if self.is_large else AA


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A pair whose contrast is too low in one way of showing the mail."""

    way: str
    pair: Pair
    ratio: float


def unreadable(html: str) -> Iterator[Unreadable]:
    """Each text that can't be read well, by the way in which the mail is shown."""
    page = document_fromstring(html)
    light = list(_pairs(page, {}))
    ways: dict[str, list[Pair]] = {
        "as it is": light,
        "its own dark colours": list(_pairs(page, _dark_sheet(page))),
        "light grounds turned dark": [_shown(pair, _in_part) for pair in light],
        "all colours turned": [_shown(pair, _altogether) for pair in light],
    }
    for way, pairs in ways.items():
        for pair in dict.fromkeys(pairs):
            ratio = contrast(pair.color, pair.ground)
            if ratio < pair.wanted:
                yield Unreadable(way, pair, ratio)


def _shown(pair: Pair, turn: Callable[[str, str], tuple[str, str]]) -> Pair:
    color, ground = turn(pair.color, pair.ground)
    return Pair(pair.text, color, ground, pair.is_large)


def _in_part(color: str, ground: str) -> tuple[str, str]:
    if lightness(ground) < 0.5:
        return color, ground
    return (turned(color) if lightness(color) < 0.5 else color), turned(ground)


def _altogether(color: str, ground: str) -> tuple[str, str]:
    return turned(color), turned(ground)


@dataclass(frozen=True, slots=True)
class _Look:
    color: str = "#000000"
    ground: str = "#ffffff"
    size: float = 16.0
    is_bold: bool = False


def _pairs(page: HtmlElement, sheet: Sheet) -> Iterator[Pair]:
    body = page.find("body")
    if body is not None:
        yield from _walk(body, _Look(), sheet)


def _walk(element: HtmlElement, above: _Look, sheet: Sheet) -> Iterator[Pair]:
    style = _style(element, sheet)
    if style.get("display") == "none":
        return
    look = _look(element, style, above)
    own = (element.text or "") + "".join(child.tail or "" for child in element)
    text = " ".join(own.split())
    if text:
        large = look.size >= _LARGE_PX or (look.is_bold and look.size >= _LARGE_BOLD_PX)
        yield Pair(text, look.color, look.ground, large)
    for child in element:
        if isinstance(child.tag, str) and child.tag not in {"style", "script"}:
            yield from _walk(child, look, sheet)


def _look(element: HtmlElement, style: Mapping[str, str], above: _Look) -> _Look:
    ground = style.get("background-color", style.get("background", element.get("bgcolor", "")))
    size = re.match(r"([\d.]+)px", style.get("font-size", ""))
    weight = style.get("font-weight", "")
    bold = weight in {"bold", "bolder"} or (weight.isdigit() and int(weight) >= 600)
    return _Look(
        color=_color(style.get("color", "")) or above.color,
        ground=_color(ground) or above.ground,
        size=float(size[1]) if size else above.size,
        is_bold=bold if weight else above.is_bold or element.tag in {"b", "strong", "th"},
    )


def _style(element: HtmlElement, sheet: Sheet) -> dict[str, str]:
    """The declarations of an element: its own, then what the sheet says of its name and classes."""
    style = _declarations(element.get("style", ""))
    for selector in (element.tag, *(f".{name}" for name in element.get("class", "").split())):
        style.update(sheet.get(str(selector), {}))
    return style


def _dark_sheet(page: HtmlElement) -> dict[str, dict[str, str]]:
    sheet: dict[str, dict[str, str]] = {}
    for element in page.iter("style"):
        for block in _DARK.findall((element.text or "").lower()):
            for selectors, body in _RULE.findall(block):
                for selector in selectors.split(","):
                    sheet.setdefault(selector.strip(), {}).update(_declarations(body))
    return sheet


def _declarations(css: str) -> dict[str, str]:
    parts = (part.partition(":") for part in css.lower().split(";") if ":" in part)
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in parts}


def _color(value: str) -> str | None:
    """``#rrggbb`` where ``value`` names such a colour, else None."""
    named = _NAMES.get(value.strip())
    found = _HEX.search(value)
    if named or not found:
        return named
    digits = found[0][1:]
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))
