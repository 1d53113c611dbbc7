"""A real browser for tests: Chromium, its windows, pictures in ``build/screens``, and axe."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from tests.commands import ROOT

SCREENS = ROOT / "build" / "screens"  # kept as an artefact of the run
PROGRAM = shutil.which("chromium")
PATIENT = 60_000  # milliseconds: the machine may be busy
expect.set_options(timeout=PATIENT / 2)
MOST_STOPS = 200  # of the Tab key, on any page

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}


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
def window(context: BrowserContext, *, forgives: str = "") -> Iterator[Page]:
    """The page of a window; what it complains of in its console fails the test, but for lines that
    hold ``forgives``."""
    try:
        page = context.new_page()
        said = complaints(page)
        yield page
    finally:
        context.close()
    told = [line for line in said if not forgives or forgives not in line]
    assert not told, told


def complaints(page: Page) -> list[str]:
    """What the page will say in its console, or throw; the list grows."""
    page.set_default_timeout(PATIENT)
    said: list[str] = []
    page.on("console", lambda it: said.append(f"{page.url}: {it.text}"))
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    return said


@dataclass(frozen=True)
class Hand:
    """How somebody uses a page: with a mouse, or by keyboard alone."""

    page: Page
    by_keys: bool

    def press(self, target: Locator) -> None:
        """A button, a link or the words that open something."""
        if self.by_keys:
            self._reach(target)
            self.page.keyboard.press("Enter")
        else:
            target.click()

    def write(self, field: Locator, text: str) -> None:
        """``text`` in the place of what the field holds."""
        if self.by_keys:
            self._reach(field)
        else:
            field.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Delete")
        self.page.keyboard.type(text)

    def choose(self, choice: Locator, label: str) -> None:
        """An option whose first letter no other has."""
        if self.by_keys:
            self._reach(choice)
            self.page.keyboard.type(label[0])
        else:
            choice.select_option(label=label)

    def _reach(self, target: Locator) -> None:
        target.wait_for()
        for _ in range(MOST_STOPS):
            if target.evaluate("it => it === document.activeElement"):
                break
            self.page.keyboard.press("Tab")
        assert target.evaluate("it => it.matches(':focus-visible')"), f"no focus shows on {target}"


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
    page.evaluate("window.scrollTo(0, 0)")  # else a bar that sticks stands in the middle
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
