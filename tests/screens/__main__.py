"""Every mail in every way, as contact sheets: ``python -m tests.screens [FOLDER] [--accept]``.

Three layouts, four widths, five ways, three languages. The sheets are compared with the accepted
ones; ``--accept`` puts new ones in their place, after somebody looked at them.
"""

import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from digest.domain.edition import Layout
from tests.browser import chromium
from tests.screens.camera import WAYS, WIDTHS, contact_sheet, difference, fonts, photograph
from tests.screens.mails import LANGUAGES, mail

ACCEPTED = Path(__file__).with_name("accepted")
FONTS = ACCEPTED / "fonts.txt"  # that they were taken with
TOLERANCE = 6.0  # of 255; another release of a font moves lines
COLORS = 32  # of an accepted sheet: enough to compare, and small
SHRUNK = 4  # times, of those that are only compared


def main() -> None:
    words = [word for word in sys.argv[1:] if word != "--accept"]
    folder = Path(words[0] if words else "build/screens")
    folder.mkdir(parents=True, exist_ok=True)
    wrong = 0
    if "--accept" in sys.argv:
        FONTS.write_text(fonts(), "utf-8")
    elif fonts() != FONTS.read_text("utf-8"):
        print("This machine has other fonts than the accepted sheets; look, don't compare.")
    with chromium() as browser:
        for layout in Layout:
            for language in LANGUAGES:
                html = mail(layout, language)
                pictures = [
                    (f"{width} {way}", photograph(browser, html, width, way))
                    for way in WAYS
                    for width in WIDTHS
                ]
                name = f"{layout}-{language}.png"
                sheet = contact_sheet(pictures)
                sheet.save(folder / name, optimize=True)
                wrong += judge(name, sheet, accept="--accept" in sys.argv)
        readme_picture(browser).save(folder / "layouts.png", optimize=True)
    print(f"The sheets are in {folder}; layouts.png is for docs/images.")
    sys.exit(1 if wrong else 0)


def readme_picture(browser: Browser) -> Image.Image:
    """The three layouts as on a phone: by day, by night, and from right to left."""
    shots = (
        (Layout.FULL, "en", "light"),
        (Layout.COMPACT, "de", "dark"),
        (Layout.SINGLE, "ar", "light"),
    )
    return contact_sheet(
        [
            (f"{layout}, {language}, {way}", photograph(browser, mail(layout, language), 390, way))
            for layout, language, way in shots
        ],
        column=320,
    ).quantize(64)


def judge(name: str, sheet: Image.Image, *, accept: bool) -> bool:
    """Whether a sheet is not as accepted; says so."""
    path = ACCEPTED / name
    if accept:
        small = (sheet.width // SHRUNK, sheet.height // SHRUNK)
        sheet.resize(small, Image.Resampling.BOX).convert("L").quantize(COLORS // 2).save(
            path, optimize=True
        )
        return False
    apart = difference(sheet, Image.open(path).convert("RGB")) if path.exists() else 255.0
    print(f"{name}: {apart:.1f} of 255 apart")
    return apart > TOLERANCE


if __name__ == "__main__":
    main()
