"""Leaving by a link: only a press of a button counts, and it acts on its own person alone."""

import time

import pytest

from digest.actions.suppress_address import suppress_address
from digest.domain.states import SubscriptionState, SuppressionReason
from digest.store.suppressions import get_suppression, list_suppressions
from digest.tokens import hash_address
from tests.builders import NOW

LEFT = SubscriptionState.UNSUBSCRIBED
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
MULTIPART = {"List-Unsubscribe": (None, "One-Click")}


def one_click(web, token, form="urlencoded"):
    sent = {"data": ONE_CLICK} if form == "urlencoded" else {"files": MULTIPART}
    return web.post(f"/u/{token}", **sent)


@pytest.mark.parametrize("form", ["urlencoded", "multipart"])
def test_one_click_leaves_at_once_with_a_short_text(web, world, form):
    began = time.monotonic()
    answer = one_click(web, world.token, form)
    assert time.monotonic() - began < 5, "on a machine that does much else"
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert len(answer.text) < 100
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert (world.place().state, world.place().ended_how) == (LEFT, "one_click")


def test_one_click_twice_is_the_same_as_once(web, world):
    first = one_click(web, world.token)
    after = world.everything()
    assert one_click(web, world.token).text == first.text
    assert one_click(web, world.token, "multipart").status_code == 200
    assert world.everything() == after


def test_one_click_leaves_one_list_of_one_person(web, world):
    one_click(web, world.token)
    assert world.place(world.maria, world.night).state is SubscriptionState.CONFIRMED
    assert world.place(world.boris).state is SubscriptionState.CONFIRMED
    with world.db.read() as session:
        assert not list_suppressions(session, 10)


def test_capitals_and_spaces_of_a_careless_mailbox_are_understood(web, world):
    web.post(f"/u/{world.token}", data={"list-unsubscribe": " one-click "})
    assert world.place().state is LEFT


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"data": {"List-Unsubscribe": "no"}},
        {"data": {"action": "explode"}},
        {"content": b"\xff\x00", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"content": b"{}", "headers": {"content-type": "application/json"}},
        {"content": b"x", "headers": {"content-type": "multipart/form-data"}},
    ],
)
def test_a_post_that_says_neither_changes_nothing(web, world, sent):
    before = world.everything()
    answer = web.post(f"/u/{world.token}", **sent)
    assert answer.status_code == 400
    assert "Nothing was changed" in answer.text
    assert world.everything() == before


def test_the_page_has_a_button_and_its_press_leaves(web, world):
    page = web.get(f"/u/{world.token}")
    assert '<form method="post"' in page.text
    assert 'name="action" value="leave"' in page.text
    after = web.post(f"/u/{world.token}", data={"action": "leave"})
    assert after.status_code == 200
    assert "You have left" in after.text
    assert world.place().state is LEFT


def test_leaving_can_be_undone_from_the_page(web, world):
    before = world.place()
    assert "Undo" in web.post(f"/u/{world.token}", data={"action": "leave"}).text
    page = web.post(f"/u/{world.token}", data={"action": "return"})
    assert "Leave this list?" in page.text
    now = world.place()
    assert (now.state, now.confirmed_at, now.ended_at) == (before.state, before.confirmed_at, None)


def test_leaving_all_lists_suppresses_the_address_and_undo_takes_it_all_back(web, world, settings):
    page = web.post(f"/u/{world.token}", data={"action": "leave-all"})
    assert "all our lists" in page.text
    assert world.place(world.maria, world.night).state is LEFT
    with world.db.read() as session:
        kept = get_suppression(session, hash_address(settings, "maria@post.example"))
    assert kept is not None
    assert kept.reason is SuppressionReason.UNSUBSCRIBED_ALL
    web.post(f"/u/{world.token}", data={"action": "return"})
    assert world.place(world.maria, world.night).state is SubscriptionState.CONFIRMED
    with world.db.read() as session:
        assert not list_suppressions(session, 10)


def test_undoing_all_does_not_bring_back_a_list_that_was_left_before(web, world):
    one_click(web, world.tokens.subscription(world.maria, world.night))
    web.post(f"/u/{world.token}", data={"action": "leave-all"})
    web.post(f"/u/{world.token}", data={"action": "return"})
    assert world.place().state is SubscriptionState.CONFIRMED
    assert world.place(world.maria, world.night).state is LEFT


def test_who_is_suppressed_for_another_reason_is_not_brought_back(web, world, settings):
    one_click(web, world.token)
    suppress_address(
        world.db,
        settings,
        "maria@post.example",
        reason=SuppressionReason.COMPLAINT,
        now=NOW,
        actor="test",
    )
    page = web.get(f"/u/{world.token}")
    assert "Undo" not in page.text
    assert "marked as spam" in page.text
    assert web.post(f"/u/{world.token}", data={"action": "return"}).status_code == 400
    assert world.place().state is LEFT


def test_every_change_is_in_the_audit_without_an_address(web, world):
    web.post(f"/u/{world.token}", data={"action": "leave-all"})
    web.post(f"/u/{world.token}", data={"action": "return"})
    audit = world.everything()["audit"]
    assert len(audit) == 4
    assert all("subscriber" in line for line in audit)
    assert "@" not in str(audit)
