"""Preferences by a link: what the form says is what stands on the row, and no more."""

from datetime import timedelta

import pytest

from digest.clock import utc_now
from digest.domain.states import Stream, SubscriptionState
from digest.store.lists import ListCadence, find_list

FORM = {"action": "save", "topic": ["Water"], "hour": "7", "zone": "Asia/Tokyo"}


def post(web, world, **fields):
    return web.post(f"/p/{world.token}", data=fields)


def test_saved_choices_stand_on_the_row_and_on_the_page(web, world):
    page = post(web, world, **FORM, text_only="yes")
    assert page.status_code == 200
    assert "Saved" in page.text
    place = world.place()
    assert place.choices.topics == ("Water",)
    assert place.choices.text_only
    assert (place.local_hour, place.timezone) == (7, "Asia/Tokyo")
    assert 'value="Water" checked' in page.text
    assert 'value="Trade" checked' not in page.text
    assert '<option value="7" selected>' in page.text
    assert '<option value="Asia/Tokyo" selected>' in page.text


def test_all_topics_no_hour_and_no_zone_are_the_usual_ones(web, world):
    post(web, world, **FORM)
    post(web, world, action="save", topic=["Trade", "Water"], hour="", zone="")
    place = world.place()
    assert place.choices.topics == ()
    assert (place.local_hour, place.timezone, place.choices.text_only) == (None, None, False)


def test_a_zone_that_is_not_common_is_kept_and_offered(web, world):
    page = post(web, world, **(FORM | {"zone": "Pacific/Chatham"}))
    assert '<option value="Pacific/Chatham" selected>' in page.text


def test_no_topic_at_all_is_asked_about_and_changes_nothing(web, world):
    before = world.everything()
    page = post(web, world, action="save", hour="7")
    assert page.status_code == 422
    assert "at least one topic" in page.text
    assert world.everything() == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "wrong",
    [
        {"topic": ["Sport"]},
        {"hour": "24"},
        {"hour": "-1"},
        {"hour": "٧"},
        {"hour": "9" * 50},
        {"zone": "Europe/Atlantis"},
        {"zone": "../../../etc/passwd"},
        {"zone": "a\0b"},
        {"action": "promote"},
        {"action": "pause", "days": "0"},
        {"action": "pause", "days": "9999"},
        {"action": "pause"},
    ],
)
def test_what_the_form_does_not_offer_is_refused(web, world, wrong):
    before = world.everything()
    answer = post(web, world, **(FORM | wrong))
    assert answer.status_code == 400
    assert world.everything() == before


def test_fields_that_the_form_has_not_change_nothing_else(web, world):
    post(web, world, **FORM, state="pending", stream="monthly", language="xx", paused_until="x")
    place = world.place()
    assert place.state is SubscriptionState.CONFIRMED
    assert (place.stream, place.choices.language) == ("each", "en")


def test_a_break_begins_now_and_can_be_ended(web, world):
    page = post(web, world, action="pause", days="14")
    assert "taking a break until" in page.text
    place = world.place()
    assert place.state is SubscriptionState.PAUSED
    assert abs(place.paused_until - utc_now() - timedelta(days=14)) < timedelta(minutes=1)
    assert "taking a break" not in post(web, world, action="resume").text
    assert world.place().state is SubscriptionState.CONFIRMED


def test_who_has_left_finds_the_way_back_and_no_choices(web, world):
    web.post(f"/u/{world.token}", data={"action": "leave"})
    page = web.get(f"/p/{world.token}")
    assert "You have left" in page.text
    assert f'action="/u/{world.token}"' in page.text
    assert post(web, world, **FORM).status_code == 400
    assert post(web, world, action="pause", days="7").status_code == 400
    assert world.place().state is SubscriptionState.UNSUBSCRIBED


def test_who_wants_less_gets_a_roll_up_where_the_list_has_one(web, world):
    assert 'name="stream"' not in web.get(f"/p/{world.token}").text
    with world.db.begin() as session:
        weekly = ListCadence(stream=Stream.WEEKLY, words="weekly on friday", since=utc_now())
        daily = find_list(session, "daily")
        daily.cadences.append(weekly)
    assert 'value="weekly"' in web.get(f"/p/{world.token}").text
    page = post(web, world, **FORM, stream="weekly")
    assert 'value="weekly" checked' in page.text
    assert world.place().stream is Stream.WEEKLY
    assert post(web, world, **FORM, stream="monthly").status_code == 400
    assert world.place().stream is Stream.WEEKLY
