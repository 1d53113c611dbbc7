"""A real browser for journeys: Chromium, its pictures kept in ``build/screens``, axe for faults."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

from tests.commands import ROOT

SCREENS = ROOT / "build" / "screens"
GRAVE = {"serious", "critical"}
DESKTOP, PHONE = (1280, 900), (390, 844)


@contextmanager
def chromium(size: tuple[int, int] = DESKTOP) -> Iterator[Page]:
    """One page of a browser; what it complains of in its console fails the test."""
    said: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium")
        page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        page.set_default_timeout(30_000)
        page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
        yield page
        browser.close()
    assert said == []


def look_at(page: Page, name: str) -> None:
    """Keep a picture of the page; nothing on it may be a grave fault for those who can't see it,
    or lie beside the screen."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    width = page.viewport_size["width"]
    page.screenshot(
        path=SCREENS / f"{re.sub(r'[^a-z0-9]+', '-', name)}-{width}.png", full_page=True
    )
    found = Axe().run(page).response["violations"]
    faults = [
        (one["id"], node["html"][:200])
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]
    assert not faults, (name, faults)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
