"""The readers' pages in a real browser: no fault that axe finds, nothing wider than a phone."""

import pytest
from playwright.sync_api import Browser

from digest.domain.states import EditionState, Stream
from digest.tokens import Tokens
from tests.browser import DESKTOP, PHONE, complaints, faults, keep_picture
from tests.builders import a_list, a_subscriber, an_edition
from tests.journeys.conftest import Served

LOOKS = {"phone-light": PHONE, "desktop-dark": DESKTOP | {"color_scheme": "dark"}}


def paths(desk: Served) -> dict[str, str]:
    """Where mails and sign-up forms lead, by what it is."""
    tokens = Tokens(desk.settings.secret)
    with desk.db.begin() as session:
        daily = a_list(session, sections=("Trade", "Water"))
        maria = a_subscriber(session, desk.settings, "maria@post.example", daily)
        token = tokens.subscription(maria.id, daily.id)
        sent = an_edition(session, daily, state=EditionState.SENT, stream=Stream.EACH)
        return {
            "leave": f"/u/{token}",
            "preferences": f"/p/{token}",
            "join": "/join/daily",
            "edition": f"/e/{tokens.edition(sent.id)}",
            "about links": "/about-links",
            "nowhere": "/nowhere",
        }


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_of_readers_has_a_fault_that_axe_finds(browser: Browser, desk: Served, look: str):
    context = browser.new_context(base_url=desk.url, **LOOKS[look])
    page = context.new_page()
    said = complaints(page)
    found = {}
    for name, path in paths(desk).items():
        answer = page.goto(path, wait_until="load")
        assert answer
        keep_picture(page, f"reader {name}")
        assert (answer.status == 404) == (name == "nowhere"), name
        # An edition is a mail, with the markup that mail programs need.
        if name != "edition" and (wrong := faults(page)):
            found[name] = wrong
    context.close()
    assert not found
    assert [line for line in said if "404" not in line] == []
