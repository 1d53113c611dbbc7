"""The accent colour of a list, and what can be read beside it (WCAG 2.2, contrast 4.5 to 1)."""

import re
from colorsys import hls_to_rgb, rgb_to_hls

from digest.domain.errors import Illegal

_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")
AA = 4.5
_DARK_AIM = 6.0  # a saturated colour that just passes is glaring on a dark page
_PAPER = "#f3f0ea"  # the darkest ground of the light page: styles.css
_NIGHT = "#22201e"  # the lightest ground of the dark page: styles.css
_INK = "#1c1b19"
_WHITE = "#ffffff"
_BLACK = "#000000"
_MIDDLE = 0.18  # the luminance at which black and white are equally easy to read
_STEPS = 50

Rgb = tuple[float, float, float]


def palette(accent: str) -> dict[str, str]:
    """The colours that a stylesheet may name: ``accent`` as given, ``link`` as near to it as can
    be read on the light page, ``link_dark`` on the dark one, and the text that goes on each.

    ``Illegal`` unless ``accent`` is ``#rgb`` or ``#rrggbb``.
    """
    if not _HEX.fullmatch(accent):
        raise Illegal(f"The accent colour {accent!r} is not a colour; write it as #0b4f8a.")
    given = _hex(_rgb(accent))
    dark = readable(given, _NIGHT, _DARK_AIM)
    return {
        "accent": given,
        "on_accent": _text_on(given),
        "link": readable(given, _PAPER),
        "link_dark": dark,
        "on_link_dark": _text_on(dark),
    }


def readable(color: str, ground: str, aim: float = AA) -> str:
    """``color``, made darker or lighter in its hue until its contrast to ``ground`` is ``aim``."""
    hue, light, saturation = rgb_to_hls(*_rgb(color))
    goal = 0.0 if _luminance(_rgb(ground)) > _MIDDLE else 1.0
    for step in range(_STEPS):
        moved = light + (goal - light) * step / _STEPS
        shade = _hex(hls_to_rgb(hue, moved, saturation))
        if contrast(shade, ground) >= aim:
            return shade
    return _hex((goal, goal, goal))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two ``#rrggbb`` colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    low, high = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))))
    return (high + 0.05) / (low + 0.05)


def lightness(color: str) -> float:
    """From 0, black, to 1, white (the L of HLS)."""
    return rgb_to_hls(*_rgb(color))[1]


def turned(color: str) -> str:
    """``color`` with its lightness turned, its hue kept: what mail programs do in dark mode."""
    hue, light, saturation = rgb_to_hls(*_rgb(color))
    return _hex(hls_to_rgb(hue, 1 - light, saturation))


def _text_on(ground: str) -> str:
    """White where it can be read on ``ground``, else near-black, else black: one of them can."""
    inks = (ink for ink in (_WHITE, _INK) if contrast(ink, ground) >= AA)
    return next(inks, _BLACK)


def _rgb(color: str) -> Rgb:
    """Red, green and blue from 0 to 1."""
    digits = color[1:] if len(color) == 7 else "".join(digit * 2 for digit in color[1:])
    return int(digits[:2], 16) / 255, int(digits[2:4], 16) / 255, int(digits[4:], 16) / 255


def _hex(color: Rgb) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in color)


def _luminance(color: Rgb) -> float:
    red, green, blue = map(_linear, color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
