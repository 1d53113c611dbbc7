"""The pages on which people come to a list: they say the same to all, and only a button acts."""

from datetime import timedelta
from html.parser import HTMLParser

import pytest

from digest.clock import utc_now
from digest.domain.states import SubscriptionState
from digest.store.greetings import Greeting
from digest.store.lists import find_list
from digest.store.subscribers import find_subscriber

EMAIL = "ana@post.example"


def join(web, slug="daily", **fields):
    return web.post(f"/join/{slug}", data={"email": EMAIL} | fields)


@pytest.fixture
def link(db, world, web):
    join(web)
    with db.read() as session:
        ana = find_subscriber(session, EMAIL)
    return f"/c/{world.tokens.sign_up(ana.id, utc_now() + timedelta(days=1))}"


def state_of(db, address=EMAIL):
    with db.read() as session:
        return find_subscriber(session, address).subscriptions[0].state


def test_the_form_posts_back_and_asks_for_one_more_step(web, world):
    page = web.get("/join/daily")
    assert page.status_code == 200
    assert 'name="email"' in page.text
    assert "I can leave at any time" in page.text
    assert "One more step" in join(web).text


def test_the_answer_is_the_same_whoever_it_is_about(web, world):
    answers = {
        join(web, email=address).text for address in (EMAIL, "maria@post.example", EMAIL.upper())
    }
    assert len(answers) == 1


def test_another_sites_form_is_taken(web, world, db):
    answer = web.post(
        "/join/daily", data={"email": EMAIL}, headers={"Origin": "https://ledger.example"}
    )
    assert answer.status_code == 200
    assert state_of(db) is SubscriptionState.PENDING


def test_a_program_that_fills_in_every_field_gets_the_same_page_and_nothing_else(web, world, db):
    before = world.everything()
    trapped = join(web, website="http://spam.example")
    assert world.everything() == before
    assert trapped.text == join(web).text


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "x" * 300 + "@post.example"])
def test_what_is_no_address_is_said_beside_the_field(web, world, email):
    answer = join(web, email=email)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_a_closed_list_has_no_page(web, world, db):
    with db.begin() as session:
        find_list(session, "daily").takes_signups = False
    assert web.get("/join/daily").status_code == 404
    assert join(web).status_code == 404
    assert web.get("/join/none").status_code == 404


def test_following_the_link_changes_nothing_and_pressing_the_button_confirms(web, world, db, link):
    before = world.everything()
    page = web.get(link)
    assert web.head(link).status_code == 200
    assert world.everything() == before
    assert "The Daily Brief" in page.text
    assert EMAIL not in page.text
    done = web.post(link, data={"list": str(world.daily)})
    assert "You are in" in done.text
    assert state_of(db) is SubscriptionState.CONFIRMED
    assert "Nothing to confirm" in web.get(link).text


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: t[::-1], lambda t: t + "A"])
def test_a_damaged_link_is_refused_on_a_plain_page(web, link, change):
    token = link.removeprefix("/c/")
    assert web.get(f"/c/{change(token)}").status_code == 404


def test_an_old_link_and_one_for_another_purpose_are_refused(web, world, link, db):
    with db.read() as session:
        ana = find_subscriber(session, EMAIL)
    old = world.tokens.sign_up(ana.id, utc_now() - timedelta(seconds=5))
    for token in (old, world.token):
        assert web.get(f"/c/{token}").status_code == 404
        assert web.post(f"/c/{token}", data={"list": str(world.daily)}).status_code == 404
    assert state_of(db) is SubscriptionState.PENDING


def test_a_list_that_was_not_asked_for_is_not_confirmed(web, world, db, link):
    web.post(link, data={"list": str(world.night)})
    assert state_of(db) is SubscriptionState.PENDING


class _Fields(HTMLParser):
    def __init__(self):
        super().__init__()
        self.sent, self.action = {}, None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.action = given["action"]
        if tag == "input" and given.get("value"):
            self.sent.setdefault(given["name"], []).append(given["value"])


def test_the_form_for_other_sites_works_as_it_is_printed(web, world, db):
    from digest.actions.sign_up import show_offer
    from digest.cli.list_signups import form_for_other_sites

    form = _Fields()
    form.feed(form_for_other_sites(show_offer(db, "daily"), "https://news.example"))
    answer = web.post(form.action, data=form.sent | {"email": EMAIL})
    assert "One more step" in answer.text
    with db.read() as session:
        assert session.query(Greeting).count() == 1
