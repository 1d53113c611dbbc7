"""Photographs of mails in Chromium, in the ways in which mail programs show them."""

import io
import shutil
import subprocess
from collections.abc import Callable, Sequence

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page

WIDTHS = (320, 390, 600, 1200)
_INVERT = """html { filter: invert(1) hue-rotate(180deg); background: #fff; }
img { filter: invert(1) hue-rotate(180deg); }"""
_THUMB = 200  # pixels of a column of a contact sheet
_TALLEST = 900  # pixels of a thumbnail
_GAP, _CAPTION = 10, 14


def _as_it_is(_page: Page) -> None:
    """Nothing is done."""


def _inverted(page: Page) -> None:
    page.add_style_tag(content=_INVERT)


def _without_images(page: Page) -> None:
    page.evaluate("document.querySelectorAll('img').forEach(image => image.removeAttribute('src'))")


def _stripped(page: Page) -> None:
    page.evaluate(
        """() => {
          document.querySelectorAll('style').forEach(element => element.remove());
          document.querySelectorAll('*').forEach(element => {
            element.removeAttribute('style'); element.removeAttribute('class');
          });
        }"""
    )


WAYS: dict[str, tuple[str, Callable[[Page], None]]] = {
    "light": ("light", _as_it_is),
    "dark": ("dark", _as_it_is),
    "inverted": ("light", _inverted),
    "no images": ("light", _without_images),
    "no css": ("light", _stripped),
}


def fonts() -> str:
    """The fonts that this machine has for the mail's, one a line: with others, lines break
    elsewhere and pictures can't be compared."""
    wanted = ("Georgia", "Helvetica", "sans-serif:lang=ar", "emoji")
    command = ("fc-match", "-f", "%{family}\n")
    if shutil.which(command[0]) is None:
        return "unknown\n"
    found = (subprocess.run((*command, name), capture_output=True, text=True) for name in wanted)
    return "".join(one.stdout for one in found)


def photograph(chromium: Browser, html: str, width: int, way: str) -> Image.Image:
    """The whole mail in a window of ``width`` CSS pixels; nothing is fetched."""
    scheme, prepare = WAYS[way]
    page = chromium.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    try:
        page.route("**/*", lambda route: route.abort())
        page.set_content(html)
        prepare(page)
        return Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    finally:
        page.close()


def overflow(chromium: Browser, html: str, width: int) -> int:
    """By how many pixels the mail is wider than the window."""
    page = chromium.new_page(viewport={"width": width, "height": 800})
    try:
        page.set_content(html)
        return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
    finally:
        page.close()


def contact_sheet(pictures: Sequence[tuple[str, Image.Image]], column: int = _THUMB) -> Image.Image:
    """The pictures side by side, ``column`` pixels wide, each under its name."""
    small = [(name, _small(picture, column)) for name, picture in pictures]
    height = max(picture.height for _, picture in small) + _CAPTION + 2 * _GAP
    sheet = Image.new("RGB", (len(small) * (column + _GAP) + _GAP, height), "#8a8a8a")
    draw = ImageDraw.Draw(sheet)
    for place, (name, picture) in enumerate(small):
        left = _GAP + place * (column + _GAP)
        draw.text((left, _GAP // 2), name, fill="#ffffff")
        sheet.paste(picture, (left, _GAP + _CAPTION))
    return sheet


def _small(picture: Image.Image, width: int) -> Image.Image:
    height = round(picture.height * width / picture.width)
    return picture.resize((width, height), Image.Resampling.LANCZOS).crop(
        (0, 0, width, min(height, _TALLEST))
    )


def difference(one: Image.Image, other: Image.Image) -> float:
    """How far two sheets are apart, 0 to 255: the mean over their pixels, blurred by shrinking, so
    that the edges of letters don't count. Sheets of unlike size are compared in the first's."""
    size = (max(1, one.width // 8), max(1, one.height // 8))
    pairs = zip(
        one.convert("L").resize(size, Image.Resampling.BOX).tobytes(),
        other.convert("L").resize(size, Image.Resampling.BOX).tobytes(),
        strict=True,
    )
    return sum(abs(a - b) for a, b in pairs) / (size[0] * size[1])
