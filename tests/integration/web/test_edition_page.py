"""An edition in the browser: what its mail looks like, to nobody in particular."""

import pytest

from digest.actions.correct_edition import mark_corrected, retract_edition
from digest.clock import utc_now
from digest.domain.edition import Field, placeholder
from digest.domain.states import EditionState
from digest.store.editions import lock_edition
from tests.builders import a_branding
from tests.integration.web.conftest import freeze

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def page_of(web, world, state=EditionState.SENT):
    return web.get(f"/e/{world.tokens.edition(world.editions[state])}")


@pytest.mark.parametrize("state", [EditionState.APPROVED, EditionState.SENT])
def test_an_approved_or_sent_edition_can_be_read(web, world, state):
    page = page_of(web, world, state)
    assert page.status_code == 200
    assert "Ferries to Norholm halt" in page.text
    assert "All lines halted at noon." in page.text


def test_no_field_is_left_open_and_no_link_is_anybodys_own(web, world):
    page = page_of(web, world).text
    assert not any(name in page for name in (Field.UNSUBSCRIBE_URL, Field.PREFERENCES_URL))
    assert placeholder("", Field.ADDRESS) not in page
    assert page.count("https://news.example/about-links") == 2
    assert "/u/" not in page
    assert "/p/" not in page
    token = world.tokens.edition(world.editions[EditionState.SENT])
    assert f"https://news.example/e/{token}" in page


def test_a_draft_and_a_withdrawn_edition_can_not_be_read(web, world):
    draft, withdrawn = (page_of(web, world, EditionState(s)) for s in ("draft", "withdrawn"))
    assert (draft.status_code, withdrawn.status_code) == (404, 410)
    assert "Norholm" not in draft.text + withdrawn.text


def test_withdrawing_acts_at_once_although_the_page_was_kept(web, world):
    assert page_of(web, world, EditionState.APPROVED).status_code == 200
    with world.db.begin() as session:
        edition = lock_edition(session, world.editions[EditionState.APPROVED])
        edition.move(EditionState.WITHDRAWN)
    assert page_of(web, world, EditionState.APPROVED).status_code == 410


@pytest.mark.parametrize(
    ("branding", "images"),
    [
        ({}, "img-src 'none'"),
        ({"show_images": True}, "img-src https: http:"),
        ({"logo_url": "https://cdn.ledger.example/a;b.png"}, "img-src https://cdn.ledger.example;"),
        ({"logo_url": "javascript:alert(1)"}, "img-src 'none'"),
    ],
)
def test_pictures_come_from_where_the_list_shows_them_only(web, world, settings, branding, images):
    with world.db.begin() as session:
        edition = lock_edition(session, world.editions[EditionState.SENT])
        freeze(session, settings, edition, **branding)
    assert images in page_of(web, world).headers["content-security-policy"]


def test_an_edition_that_is_not_what_was_approved_is_not_shown(web, world):
    with world.db.begin() as session:
        edition = lock_edition(session, world.editions[EditionState.SENT])
        edition.branding = a_branding(name="Somebody Else")
    page = page_of(web, world)
    assert page.status_code == 500
    assert "Norholm" not in page.text


def test_a_retracted_edition_is_gone_from_its_page(web, world):
    assert page_of(web, world).status_code == 200
    sent = world.editions[EditionState.SENT]
    retract_edition(world.db, sent, retracted=True, now=utc_now(), actor="ed")
    assert page_of(web, world).status_code == 410
    retract_edition(world.db, sent, retracted=False, now=utc_now(), actor="ed")
    assert page_of(web, world).status_code == 200


def test_a_correction_stands_above_the_page_as_text(web, world):
    sent = world.editions[EditionState.SENT]
    assert "Corrected" not in page_of(web, world).text
    note = "The toll is <b>4</b> crowns."
    mark_corrected(world.db, sent, note=note, now=utc_now(), actor="ed")
    page = page_of(web, world).text
    assert "Corrected: The toll is &lt;b&gt;4&lt;/b&gt; crowns." in page
    assert page.index("Corrected:") < page.index("Ferries to Norholm halt", page.index("<body"))
