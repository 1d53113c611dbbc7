"""Whoever follows links, forges them or swaps them changes nothing, on both databases."""

import re
from uuid import uuid4

from digest.actions.erase_subscriber import erase_subscriber
from digest.domain.states import EditionState
from tests.builders import NOW
from tests.integration.web.paths import all_paths


def test_following_every_link_twice_changes_nothing(web, world):
    before = world.everything()
    for path in all_paths(world) * 2:
        for method in ("GET", "HEAD", "OPTIONS"):
            assert web.request(method, path).status_code in {200, 404, 405, 410}
    for name in re.findall(r"/static/[\w.-]+", web.get("/about-links").text):
        assert web.get(name).status_code == 200
    assert world.everything() == before


def forged(world):
    token = world.token
    other = "A" if token[-1] != "A" else "B"
    strange = world.tokens.subscription(uuid4(), world.daily)
    return [
        token[:-1],
        token[: len(token) // 2],
        token[:-1] + other,
        token.swapcase(),
        token + "A",
        token + "=",
        f"{token}%00",
        "%F0%9F%92%A9",
        world.tokens.edition(world.editions[EditionState.SENT]),
        world.tokens.subscription(world.boris, world.night),  # Boris never was on it
        strange,
    ]


def test_a_wrong_token_gets_the_same_plain_page_whatever_is_wrong(web, world):
    before, pages = world.everything(), {web.get(f"/e/{world.token}"), web.get("/e/junk")}
    for token in forged(world):
        pages |= {web.get(f"/u/{token}"), web.get(f"/p/{token}")}
        for data in ({"List-Unsubscribe": "One-Click"}, {"action": "leave-all"}):
            pages.add(web.post(f"/u/{token}", data=data))
        pages.add(web.post(f"/p/{token}", data={"action": "resume"}))
    assert {page.status_code for page in pages} == {404}
    assert len({page.text for page in pages}) == 1
    assert world.everything() == before


def test_every_flipped_character_is_refused(web, world):
    before = world.everything()
    token = world.token
    for place in range(len(token)):
        other = "A" if token[place] != "A" else "B"
        path = f"/u/{token[:place]}{other}{token[place + 1 :]}"
        assert web.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 404
    assert world.everything() == before


def test_the_token_of_one_never_acts_on_another(web, world):
    web.post(f"/u/{world.boris_token}", data={"action": "leave-all"})
    assert world.place(world.maria).state == "confirmed"
    assert world.place(world.maria, world.night).state == "confirmed"
    assert world.place(world.boris).state == "unsubscribed"


def test_an_erased_person_has_no_page_any_more(web, world, settings):
    erase_subscriber(world.db, settings, "maria@post.example", now=NOW, actor="test")
    assert web.get(f"/u/{world.token}").status_code == 404
    assert web.get(f"/p/{world.token}").status_code == 404
    answer = web.post(f"/u/{world.token}", data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200  # as whoever presses twice is told
