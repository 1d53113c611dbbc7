"""An editor's morning in a real browser: tomorrow's draft is changed, approved, and arrives as it
was previewed; two editors collide; what the page's script adds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pydantic import SecretStr

from digest.demo.inbox import Inbox
from digest.domain.role import Role
from digest.settings import Settings
from tests.browser import DESKTOP, PHONE, Hand, look_at, window
from tests.journeys.conftest import Served
from tests.journeys.tomorrow import TITLES, part_of, the_mail, tomorrow, work

BULLETS = ("All ferries stay in harbour until Friday.", "Grain waits, too — its price doesn’t.")
WAYS = pytest.mark.parametrize(
    ("look", "by_keys"), [(DESKTOP, False), (PHONE, True)], ids=["mouse", "phone-and-keyboard"]
)


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    with Inbox(tmp_path / "mails") as inbox:
        yield inbox


@pytest.fixture
def settings(settings: Settings, inbox: Inbox) -> Settings:
    return settings.model_copy(update={"smtp_url": SecretStr(inbox.smtp_url)})


def brief(page: Page, title: str) -> Locator:
    return page.locator(".brief").filter(has=page.get_by_role("heading", name=title))


def words(page: Page, name: str) -> Locator:
    """A field of the edition's own words."""
    return page.locator(f"#words [name={name}]")


def down(page: Page, title: str) -> Locator:
    """The button that moves a brief one place down."""
    return brief(page, title).get_by_role("button", name="Down")


def titles(page: Page) -> Locator:
    return page.locator(".brief h3")


def saving(page: Page) -> Locator:
    return page.locator("#saving")


def drag(page: Page, title: str, *, before: str) -> None:
    """By the grip, in small steps as a hand does, onto the upper edge of another brief."""
    brief(page, title).locator(".grip").hover()
    page.mouse.down()
    place = brief(page, before).bounding_box()
    assert place
    page.mouse.move(place["x"] + 60, place["y"] + 60, steps=10)
    page.mouse.move(place["x"] + 60, place["y"] + 4, steps=10)
    page.mouse.up()


@WAYS
def test_tomorrows_draft_is_changed_approved_and_arrives_as_it_was_previewed(
    browser: Browser, desk: Served, inbox: Inbox, look: dict, by_keys: bool
):
    draft = tomorrow(desk)
    with window(desk.signed_in(browser, Role.EDITOR, **look), forgives="img-src") as page:
        hand = Hand(page, by_keys)
        page.goto("/desk")
        look_at(page, "today")
        hand.press(page.get_by_role("link", name="Edit No. 1"))
        expect(
            page.get_by_text("Goes by itself, approved or not, unless you stop it.")
        ).to_have_count(1)
        hand.write(brief(page, TITLES[0]).get_by_label("Bullets"), "\n".join(BULLETS))
        expect(saving(page)).to_have_text("Saved.")
        look_at(page, "draft")

        hand.press(page.get_by_role("link", name="Preview", exact=True))
        frame = page.locator("iframe")
        expect(page.frame_locator("iframe").get_by_text(BULLETS[0])).to_be_visible()
        look_at(page, "preview")
        html = page.request.get(str(frame.get_attribute("src"))).text()
        hand.choose(page.get_by_label("Show"), "Text part")
        text = page.get_by_label("Text part", exact=True).text_content() or ""
        assert all(one in text for one in BULLETS)

        hand.press(page.get_by_role("link", name="No. 1 of"))
        hand.press(page.get_by_role("button", name="Approve"))
        expect(page.get_by_role("status")).to_contain_text("what you previewed is what goes out")
        work(desk, draft.run_at)
        mail = the_mail(inbox)
        assert part_of(mail, "html", desk) == html
        assert part_of(mail, "plain", desk) == text.rstrip("\n")
        work(desk, draft.run_at)
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_contain_text("sent")
        look_at(page, "sent edition")


@WAYS
def test_of_two_who_change_the_same_words_neither_loses_any(
    browser: Browser, desk: Served, look: dict, by_keys: bool
):
    draft = tomorrow(desk)
    first = window(desk.signed_in(browser, Role.EDITOR, **look))
    second = window(desk.signed_in(browser, Role.OPERATOR, **look), forgives="409")
    with first as edda, second as olu:
        for page in (edda, olu):
            page.goto(draft.path)
        Hand(edda, by_keys).write(brief(edda, TITLES[0]).get_by_label("Bullets"), BULLETS[0])
        expect(saving(edda)).to_have_text("Saved.")
        Hand(olu, by_keys).write(brief(olu, TITLES[0]).get_by_label("Bullets"), BULLETS[1])
        expect(olu.get_by_role("heading", name="Two at once")).to_be_visible()
        for one in BULLETS:
            expect(olu.get_by_text(one)).to_be_visible()
        look_at(olu, "two at once")
        Hand(olu, by_keys).press(olu.get_by_role("button", name="Use yours"))
        expect(brief(olu, TITLES[0]).get_by_label("Bullets")).to_have_value(BULLETS[1])

        # What is not the same part is no conflict: each sees what the other did.
        Hand(edda, by_keys).write(words(edda, "subject"), "No ferry before Friday")
        expect(saving(edda)).to_contain_text("Somebody else is editing, too")
        Hand(olu, by_keys).write(words(olu, "preheader"), "And no grain.")
        expect(words(olu, "subject")).to_have_value("No ferry before Friday")
        olu.goto(f"{draft.path}/history")
        told = olu.locator("main").text_content() or ""
        for one in (*BULLETS, "No ferry before Friday", "And no grain."):
            assert all(word in told for word in one.split()), one
        look_at(olu, "history of a draft")


def test_what_is_typed_saves_itself_and_can_be_undone_and_done_again(
    browser: Browser, desk: Served
):
    draft = tomorrow(desk)
    with window(desk.signed_in(browser, Role.EDITOR, **DESKTOP)) as page:
        page.goto(draft.path)
        subject = words(page, "subject")
        before = subject.input_value()
        Hand(page, by_keys=True).write(subject, "No ferry before Friday")
        expect(saving(page)).to_have_text("Saved.")
        page.reload()
        expect(subject).to_have_value("No ferry before Friday")
        page.get_by_role("button", name="Undo").click()
        expect(subject).to_have_value(before)
        page.get_by_role("button", name="Redo").click()
        expect(subject).to_have_value("No ferry before Friday")
        page.reload()
        expect(subject).to_have_value("No ferry before Friday")


def test_what_is_typed_without_a_connection_is_kept_and_saved_later(browser: Browser, desk: Served):
    draft = tomorrow(desk)
    with window(desk.signed_in(browser, Role.EDITOR), forgives="ERR_INTERNET") as page:
        page.goto(draft.path)
        page.context.set_offline(True)
        words(page, "intro").fill("Written in a tunnel.")
        expect(saving(page)).to_have_text("Not saved: no connection. Trying again…")
        page.context.set_offline(False)
        expect(saving(page)).to_have_text("Saved.")
        page.reload()
        expect(words(page, "intro")).to_have_value("Written in a tunnel.")


def test_a_brief_that_is_dragged_stays_where_it_was_dropped(browser: Browser, desk: Served):
    draft = tomorrow(desk)
    tall = {"viewport": {"width": 1280, "height": 2600}}  # no need to scroll with a brief in hand
    with window(desk.signed_in(browser, Role.EDITOR, **tall)) as page:
        page.goto(draft.path)
        lead, rail, tugs, grain = titles(page).all_text_contents()
        drag(page, tugs, before=rail)
        expect(titles(page)).to_have_text([lead, tugs, rail, grain])
        drag(page, rail, before=grain)
        expect(page.locator("[data-section=Trade] h3")).to_have_text([rail, grain])
        page.reload()
        expect(titles(page)).to_have_text([lead, tugs, rail, grain])
        expect(page.locator("[data-section=Trade] h3")).to_have_text([rail, grain])


def test_a_brief_that_is_moved_by_keyboard_keeps_the_focus(browser: Browser, desk: Served):
    draft = tomorrow(desk)
    with window(desk.signed_in(browser, Role.EDITOR, **PHONE)) as page:
        page.goto(draft.path)
        lead, rail, tugs, grain = titles(page).all_text_contents()
        Hand(page, by_keys=True).press(down(page, rail))
        expect(titles(page)).to_have_text([lead, tugs, rail, grain])
        expect(down(page, rail)).to_be_focused()


def test_pictures_are_not_asked_for_before_one_says_so(browser: Browser, desk: Served):
    draft = tomorrow(desk)
    context = desk.signed_in(browser, Role.READER, **DESKTOP)
    asked: list[str] = []
    picture = {"content_type": "image/svg+xml", "body": '<svg xmlns="http://www.w3.org/2000/svg"/>'}
    context.route("https://**/*", lambda it: (asked.append(it.request.url), it.fulfill(**picture)))
    with window(context, forgives="img-src") as page:
        page.goto(f"{draft.path}/preview", wait_until="load")
        assert asked == []
        page.get_by_label("Images").select_option(label="On")
        page.wait_for_url("**images=on**")
        expect(page.get_by_text("Images are off")).to_have_count(0)
        assert asked == ["https://pictures.example/logo.png"]


def test_without_a_script_each_form_has_a_button_of_its_own(browser: Browser, desk: Served):
    draft = tomorrow(desk)
    context = desk.signed_in(browser, Role.EDITOR, java_script_enabled=False)
    with window(context) as page:
        page.goto(draft.path)
        words(page, "preheader").fill("And no grain.")
        page.locator("#words").get_by_role("button", name="Save").click()
        expect(words(page, "preheader")).to_have_value("And no grain.")
        lead, rail, tugs, grain = titles(page).all_text_contents()
        down(page, rail).click()
        expect(titles(page)).to_have_text([lead, tugs, rail, grain])
