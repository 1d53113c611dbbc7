"""A list moves here at the desk: an export is chosen in a real browser, looked at, and taken in."""

from io import BytesIO
from zipfile import ZipFile

from playwright.sync_api import Browser, expect

from digest.actions.desk_import import run_import
from digest.actions.tick import Work, tick
from digest.clock import utc_now
from digest.domain.role import Role
from tests.browser import DESKTOP, keep_picture, window
from tests.builders import a_list
from tests.journeys.conftest import Served


def an_audience() -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr(
            "subscribed_a.csv",
            "Email Address,First Name,TAGS,LEID\nana@post.example,Ana,Press,1\nx,,,2\n",
        )
        archive.writestr(
            "unsubscribed_a.csv",
            "Email Address,UNSUB_TIME,LEID\nben@post.example,2024-02-03 10:00:00,3\n",
        )
    return file.getvalue()


def test_an_operator_imports_an_audience_and_sees_who_comes_and_who_stays_away(
    browser: Browser, desk: Served
) -> None:
    with desk.db.begin() as session:
        a_list(session)
    context = desk.signed_in(browser, Role.OPERATOR, **DESKTOP)
    with window(context, forgives="422") as page:
        page.goto("/desk/lists/daily/import")
        file = {"name": "audience.zip", "mimeType": "application/zip", "buffer": an_audience()}
        page.locator("input[type=file]").set_input_files([file])
        page.get_by_role("button", name="Look at it").click()
        expect(page.get_by_text("not a table as text")).to_be_visible()
        page.get_by_label("What it is").select_option("mailchimp")
        keep_picture(page, "import-an-export")
        page.get_by_role("button", name="Look at it").click()
        expect(page.get_by_role("heading", name="unsubscribed_a.csv")).to_be_visible()
        expect(page.get_by_text("no import brings them to this list")).to_be_visible()
        keep_picture(page, "import-first-rows")
        page.get_by_role("button", name="Import all rows").click()
        expect(page.get_by_text("Waiting for a worker")).to_be_visible()
        (ring,) = [one for one in tick(desk.db, utc_now()) if one.work is Work.IMPORT]
        run_import(desk.db, desk.settings, ring.id, utc_now())
        page.reload()
        expect(page.get_by_text("Kept away")).to_be_visible()
        keep_picture(page, "import-done")
