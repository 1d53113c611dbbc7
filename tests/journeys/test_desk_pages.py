"""Every page of the desk in a real browser: no fault that axe finds, nothing wider than a phone."""

import re
from uuid import UUID

import httpx
import pytest
from playwright.sync_api import Browser, expect

from digest.domain.role import Role
from digest.web.desk.cookies import SESSION
from digest.web.desk.routes import DESK_ROUTES
from digest.web.route import Guard
from tests.browser import DESKTOP, PHONE, complaints, faults, keep_picture
from tests.desk import PASSWORD, an_account
from tests.desk_world import a_world
from tests.journeys.conftest import Served

LOOKS = {"phone-light": PHONE, "desktop-dark": DESKTOP | {"color_scheme": "dark"}}
WITHOUT_SESSION = ("/desk/sign-in", "/desk/forgotten")


def pages(desk: Served, cookie: str, ids: dict[str, str]) -> list[str]:
    """The paths of all pages that can be opened as they stand; streams and files are none, nor
    is a mail in its sandbox, where no script may run, axe's own among them."""
    found = []
    for route in DESK_ROUTES:
        if (
            route.method != "GET"
            or route.guard is Guard.FORM
            or set(re.findall(r"{(\w+)}", route.path)) - ids.keys()
        ):
            continue
        path = re.sub(r"{(\w+)}", lambda name: ids[name[1]], route.path)
        with httpx.stream("GET", desk.url + path, cookies={SESSION: cookie}, timeout=30) as answer:
            kind = answer.headers.get("content-type", "")
            policy = answer.headers.get("content-security-policy", "")
            is_page = kind.startswith("text/html") and "sandbox" not in policy
            if answer.status_code == 200 and is_page:
                found.append(path)
    return found


def name_of(path: str, draft: UUID) -> str:
    """What its picture is called."""
    return re.sub(r"[0-9a-f-]{36}", "id", path.replace(str(draft), "draft"))


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_has_a_fault_that_axe_finds(browser: Browser, desk: Served, look: str):
    world = a_world(desk.db, desk.settings)
    context = desk.signed_in(browser, Role.ADMIN, **LOOKS[look])
    cookie = context.cookies()[0]["value"]
    with desk.db.begin() as session:
        ids = world.ids | {"account_id": str(an_account(session).id)}
    draft = f"/desk/editions/{world.draft}"
    paths = [*pages(desk, cookie, ids), draft, f"{draft}/preview", f"{draft}/history", "/desk/none"]
    assert {"/desk", "/desk/me", "/desk/accounts", "/desk/history"} <= set(paths)
    page = context.new_page()
    said = complaints(page)
    found = {}
    for path in (*paths, *WITHOUT_SESSION):
        if path in WITHOUT_SESSION:
            context.clear_cookies()
        page.goto(path, wait_until="load")
        assert page.url == desk.url + path
        keep_picture(page, name_of(path, world.draft))
        if wrong := faults(page):
            found[path] = wrong
    context.close()
    assert not found
    assert [line for line in said if not line.startswith(f"{desk.url}/desk/none: ")] == []


def test_one_signs_in_and_out_by_keyboard_alone(browser: Browser, desk: Served):
    with desk.db.begin() as session:
        an_account(session, password=PASSWORD)
    context = browser.new_context(base_url=desk.url, **PHONE)
    page = context.new_page()
    page.goto("/desk/me")
    expect(page).to_have_url(re.compile("/desk/sign-in"))
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type("edda@news.example")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{desk.url}/desk/me")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Name")).to_be_focused()
    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("You are signed out, on every device.")
    context.close()
