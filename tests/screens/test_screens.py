"""Mails as Chromium shows them: nothing runs over, and they look as they were accepted.

These are the phone's pictures; ``make screens`` takes all of them.
"""

import pytest
from PIL import Image

from digest.domain.edition import Layout
from tests.screens.__main__ import ACCEPTED, COLORS, FONTS, TOLERANCE
from tests.screens.camera import WAYS, contact_sheet, difference, fonts, overflow, photograph
from tests.screens.mails import LANGUAGES, mail

PHONE = 390


@pytest.mark.skipif(
    fonts() != FONTS.read_text("utf-8"), reason="the accepted pictures have other fonts"
)
@pytest.mark.parametrize("layout", Layout)
def test_a_mail_looks_as_it_was_accepted(browser, layout):
    pictures = [(way, photograph(browser, mail(layout, "en"), PHONE, way)) for way in WAYS]
    pictures += [
        (language, photograph(browser, mail(layout, language), PHONE, "light"))
        for language in LANGUAGES[1:]
    ]
    sheet = contact_sheet(pictures)
    accepted = ACCEPTED / f"phone-{layout}.png"
    if not accepted.exists():
        sheet.quantize(COLORS).save(accepted, optimize=True)
        pytest.fail(f"{accepted.name} was taken anew: look at it, then keep it.")
    assert difference(sheet, Image.open(accepted).convert("RGB")) <= TOLERANCE


@pytest.mark.parametrize("layout", Layout)
def test_no_mail_is_wider_than_a_small_phone(browser, layout):
    """Long words and addresses break."""
    assert [overflow(browser, mail(layout, language), 320) for language in LANGUAGES] == [0, 0, 0]


def test_sheets_that_differ_are_told_apart():
    grey, white = (Image.new("RGB", (80, 80), color) for color in ("#888888", "#ffffff"))
    assert difference(grey, grey) == 0
    assert difference(grey, white) > TOLERANCE
