"""Takes the README's picture: ``.venv/bin/python docs/images/take.py digest-demo/mails/NAME.html``.

One mail of ``digest demo --once``, light and dark side by side, as Chromium shows it.
"""

import base64
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

WIDTH, HEIGHT = 640, 1100  # CSS pixels of each half
GAP = 16
PICTURE = Path(__file__).parent / "mail.png"


def take(mail: Path, picture: Path) -> None:
    """Write the picture of ``mail``, an HTML part on disk."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"))
        halves = [_shot(browser, mail, scheme) for scheme in ("light", "dark")]
        page = browser.new_page(viewport={"width": 2 * WIDTH + GAP, "height": HEIGHT})
        page.set_content(_side_by_side(halves))
        page.wait_for_function("[...document.images].every(image => image.complete)")
        page.screenshot(path=picture)
        browser.close()


def _shot(browser: Browser, mail: Path, scheme: str) -> bytes:
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=scheme)
    page.goto(mail.resolve().as_uri())
    return page.screenshot()


def _side_by_side(pictures: list[bytes]) -> str:
    sources = [base64.b64encode(picture).decode() for picture in pictures]
    images = "".join(f'<img src="data:image/png;base64,{source}">' for source in sources)
    style = f"body {{ margin: 0; display: flex; gap: {GAP}px; background: #777; }}"
    return f"<style>{style}</style>{images}"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    take(Path(sys.argv[1]), PICTURE)
