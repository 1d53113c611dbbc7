"""What a person alone may do, by a link that is mailed to them: see all, move, be erased."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from digest.actions.relays import seed_relay
from digest.actions.send_greeting import send_greeting
from digest.actions.suppress_address import suppress_address
from digest.clock import utc_now
from digest.domain.states import GreetingKind, SubscriptionState
from digest.store.claims import Claim
from digest.store.greetings import due_greetings
from digest.store.subscribers import Subscriber, find_subscriber, subscriber_or_none
from digest.tokens import BadToken
from tests.builders import NOW, a_sending_campaign

MARIA, NEW = "maria@post.example", "maria.new@post.example"


@pytest.fixture
def outbox(db, settings):
    """Sends what waits, and gives each mail's recipient and the path of its one link."""
    seed_relay(db, settings, utc_now())
    seen = set()

    def read():
        with db.read() as session:
            waiting = due_greetings(session, utc_now())
        for one in waiting:
            send_greeting(db, settings, one, utc_now())
        found = []
        for path in sorted((settings.home_path / "outbox" / "new").glob("*")):
            if path.name not in seen:
                seen.add(path.name)
                mail = path.read_bytes().replace(b"=\r\n", b"").replace(b"=\n", b"").decode()
                link = re.search(r"https://news\.example(/[a-z]/[\w-]+)", mail)[1]
                found.append((re.search(r"^To: <?([^>\r\n]+)", mail, re.MULTILINE)[1], link))
        return found

    return read


@pytest.fixture
def mine(web, world, outbox):
    """The path of Maria's own page."""
    assert "on its way" in web.post(f"/p/{world.token}", data={"action": "link"}).text
    ((recipient, path),) = outbox()
    assert recipient == MARIA
    return path


def move(web, mine, address=NEW):
    return web.post(mine, data={"action": "move", "email": address})


def test_the_link_comes_by_mail_once_an_hour_and_shows_everything(web, world, mine, outbox):
    web.post(f"/p/{world.token}", data={"action": "link"})
    assert outbox() == []
    page = web.get(mine).text
    assert MARIA in page
    assert "daily" in page
    assert "night" in page
    answer = web.get(f"{mine}/everything.json")
    assert answer.headers["content-disposition"].startswith("attachment")
    kept = answer.json()
    assert kept["address"] == MARIA
    assert [each["list"] for each in kept["subscriptions"]] == ["daily", "night"]
    assert kept["mails"][0]["kind"] == "link"


def test_the_link_in_every_mail_shows_nothing_of_it(web, world):
    for token in (world.token, world.tokens.greeting(uuid4(), "link", utc_now())):
        for path in (f"/d/{token}", f"/d/{token}/everything.json", f"/m/{token}"):
            assert web.get(path).status_code == 404


def test_a_new_address_is_asked_and_holds_once_it_says_yes(web, world, mine, outbox):
    assert "We have written" in move(web, mine).text
    ((recipient, path),) = outbox()
    assert recipient == NEW
    before = world.everything()
    assert "m…@post.example" in web.get(path).text
    assert world.everything() == before
    assert "comes here now" in web.post(path).text
    with world.db.read() as session:
        assert find_subscriber(session, NEW).id == world.maria
        assert subscriber_or_none(session, MARIA) is None
    assert web.post(path).status_code == 404, "once is enough"
    assert web.get(mine).status_code == 404, "the old mailbox has no say any more"


@pytest.mark.parametrize("email", ["", "nobody", MARIA, "a b@post.example", "x@localhost"])
def test_what_is_no_new_address_is_said_on_the_page(web, mine, outbox, email):
    answer = move(web, mine, email)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert outbox() == []


def test_a_suppressed_address_gets_no_mail_and_the_page_does_not_tell(
    web, world, settings, mine, outbox
):
    suppress_address(world.db, settings, NEW, now=utc_now(), actor="test")
    assert move(web, mine).text == move(web, mine, "other@post.example").text
    assert [recipient for recipient, _ in outbox()] == ["other@post.example"]


def test_suppression_between_asking_and_confirming_is_respected(web, world, settings, mine, outbox):
    move(web, mine)
    ((_, path),) = outbox()
    suppress_address(world.db, settings, NEW, now=utc_now(), actor="test")
    assert web.post(path).status_code == 404
    with world.db.read() as session:
        assert find_subscriber(session, MARIA)


def test_only_the_address_that_was_given_last_can_confirm(web, mine, outbox):
    move(web, mine, "first@post.example")
    move(web, mine, "second@post.example")
    paths = dict(outbox())
    assert web.post(paths["first@post.example"]).status_code == 404
    assert web.post(paths["second@post.example"]).status_code == 200


def test_a_day_has_five_tries_and_a_mailbox_one_mail(web, mine, outbox):
    for n in range(7):
        move(web, mine, f"try{n}@post.example")
    move(web, mine, "try0@post.example")
    assert len(outbox()) == 5


def test_who_is_known_at_the_new_address_gets_the_lists_there(web, world, mine, outbox):
    """Boris's address: he is on the first list, and left it."""
    web.post(f"/u/{world.boris_token}", data={"action": "leave"})
    move(web, mine, "boris@post.example")
    path = dict(outbox())["boris@post.example"]
    assert web.post(path).status_code == 200
    assert world.place(world.boris).state is SubscriptionState.CONFIRMED
    assert world.place(world.boris, world.night).state is SubscriptionState.CONFIRMED
    assert world.place(world.maria).ended_how == "moved"


def test_a_running_campaign_goes_to_the_new_address_from_the_next_claim_on(
    web, world, settings, mine, outbox
):
    campaign = a_sending_campaign(world.db, settings, ["zoe@post.example"], slug="running")
    with world.db.begin() as session:
        zoe = find_subscriber(session, "zoe@post.example")
        token = world.tokens.subscription(zoe.id, zoe.subscriptions[0].list_id)
    web.post(f"/p/{token}", data={"action": "link"})
    move(web, dict(outbox())["zoe@post.example"], "zoe.new@post.example")
    web.post(dict(outbox())["zoe.new@post.example"])
    with world.db.begin() as session:
        (claimed,), _ = Claim(campaign, uuid4(), NOW, 9, 30.0).window(session)
    assert claimed.address == "zoe.new@post.example"


def test_erasing_needs_the_box_and_is_for_good(web, world, mine):
    before = world.everything()
    unsure = web.post(mine, data={"action": "erase"})
    assert unsure.status_code == 422
    assert world.everything() == before
    assert "forgotten" in web.post(mine, data={"action": "erase", "sure": "yes"}).text
    with world.db.read() as session:
        row = session.get_one(Subscriber, world.maria)
        assert (row.address, row.name) == (None, None)
    assert MARIA not in str(world.everything())
    assert web.get(mine).status_code == 404
    assert web.get(f"/p/{world.token}").status_code == 404


def test_scanners_change_nothing_by_any_of_these_links(web, world, mine, outbox):
    move(web, mine)
    ((_, path),) = outbox()
    before = world.everything()
    for each in (mine, f"{mine}/everything.json", path):
        for method in ("GET", "HEAD", "OPTIONS"):
            assert web.request(method, each).status_code in {200, 405}
    assert world.everything() == before


def test_a_link_is_for_its_own_purpose_and_its_time(world):
    now = utc_now()
    token = world.tokens.greeting(world.maria, GreetingKind.LINK, now + timedelta(seconds=1))
    assert world.tokens.read_greeting(token, GreetingKind.LINK, now) == world.maria
    for kind, moment in ((GreetingKind.MOVE, now), (GreetingKind.LINK, now + timedelta(seconds=2))):
        with pytest.raises(BadToken):
            world.tokens.read_greeting(token, kind, moment)
