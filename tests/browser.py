"""A real browser for tests: Chromium, its windows, pictures in ``build/screens``, and axe."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.commands import ROOT

SCREENS = ROOT / "build" / "screens"  # kept as an artefact of the run
PROGRAM = shutil.which("chromium")
PATIENT = 60_000  # milliseconds: the machine may be busy

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, until the end of the block."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=PROGRAM)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def window(browser: Browser, **look: Any) -> Iterator[Page]:
    """A page in a window of its own; what it complains of in its console fails the test."""
    context = browser.new_context(**look)
    try:
        page = context.new_page()
        said = complaints(page)
        yield page
    finally:
        context.close()
    assert said == []


def complaints(page: Page) -> list[str]:
    """What the page will say in its console, or throw; the list grows."""
    page.set_default_timeout(PATIENT)
    said: list[str] = []
    page.on("console", lambda it: said.append(f"{page.url}: {it.text}"))
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    return said


def look_at(page: Page, name: str) -> None:
    """Keep a picture of the page; nothing on it may be a fault."""
    keep_picture(page, name)
    assert not (found := faults(page)), (name, found)


def keep_picture(page: Page, name: str) -> None:
    """The whole page as it is now, under its name and the width of the window."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    size = page.viewport_size
    assert size
    page.screenshot(path=SCREENS / f"{plain}-{size['width']}.png", full_page=True)


def faults(page: Page) -> list[str]:
    """What axe finds (WCAG 2.2 A and AA among it), and whatever is wider than the window."""
    found = [
        f"{one['id']}: {node['html'][:160]}"
        for one in Axe().run(page).response["violations"]
        for node in one["nodes"]
    ]
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return found + ([f"{over} px wider than the window"] if over > 0 else [])
