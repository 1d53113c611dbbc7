"""Segments at the desk and by programs: counted, kept, used."""

import pytest

from digest.actions.segments import list_segments, save_segment
from digest.clock import utc_now
from digest.store.runs import recent_runs
from digest.web.api.route import API
from tests.builders import NOW, a_list, a_subscriber
from tests.desk import form_token, logged_in, post
from tests.integration.api.conftest import as_role

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HERE = "/desk/lists/daily/segments"


@pytest.fixture
def daily(db, settings):
    with db.begin() as session:
        found = a_list(session, sections=("Trade",))
        for address in ("ana@quay.example", "ben@post.example", "info@post.example"):
            a_subscriber(session, settings, address, found)
        return found.id


def test_a_segment_is_counted_before_it_is_kept(client, db, daily):
    logged_in(client, "operator")
    words = {"words": "domain = post.example", "name": "postal"}
    page = post(client, HERE, words | {"action": "count"}).text
    assert "Means 2 of the 3" in page
    assert "domain = post.example" in page
    assert list_segments(db, "daily", now=NOW) == []
    assert post(client, HERE, words | {"action": "save"}).status_code == 303
    page = client.get(HERE).text
    assert "Saved postal." in page
    assert "2 of 3" in page
    assert "changed a segment of" in client.get("/desk/schedule/daily").text


@pytest.mark.parametrize(
    ("words", "name", "says"),
    [
        ("colour = red", "red", "can&#39;t ask for &#39;colour&#39;"),
        ("hour < ", "early", "ends where a value for hour should stand"),
        ("", "nobody", "Write whom it means"),
        ("hour < 9", "Early Birds", "small letters, digits and hyphens"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_written_stays(client, db, daily, words, name, says):
    logged_in(client, "operator")
    answer = post(client, HERE, {"words": words, "name": name, "action": "save"})
    assert answer.status_code == 422
    assert says in answer.text
    assert name in answer.text
    assert list_segments(db, "daily", now=NOW) == []


def test_the_pages_script_is_answered_while_somebody_writes(client, daily):
    logged_in(client, "operator")
    said = post(client, f"{HERE}/count", {"words": "flag = role"})
    assert said.json() == {"says": "Means 1 of the 3 who get the list now."}
    assert (
        "no stream" in post(client, f"{HERE}/count", {"words": "stream = hourly"}).json()["fault"]
    )


def test_a_run_and_a_one_off_go_to_a_segment_that_was_chosen(client, db, daily):
    save_segment(db, "daily", "postal", "domain = post.example", now=NOW, actor="test")
    logged_in(client, "operator")
    assert '<option value="postal">' in client.get("/desk/schedule/daily").text
    assert '<option value="postal">' in client.get("/desk").text
    assert post(client, "/desk/schedule/daily/run", {"segment": "postal"}).status_code == 303
    with db.read() as session:
        assert recent_runs(session, daily, 1)[0].segment == "domain = post.example"
    post(client, f"{HERE}/remove", {"name": "postal"})
    assert '<option value="postal">' not in client.get("/desk").text


def test_a_one_off_goes_to_a_segment_that_was_chosen(client, db, daily):
    save_segment(db, "daily", "postal", "domain = post.example", now=NOW, actor="test")
    logged_in(client, "editor")
    at = f"{utc_now().year + 1}-01-05T07:00"
    asked = {"what": "one-off", "at": at, "segment": "postal"}
    assert post(client, "/desk/lists/daily/editions", asked).status_code == 303
    with db.read() as session:
        assert recent_runs(session, daily, 1)[0].segment == "domain = post.example"


def test_editors_see_no_counts_of_people(client, daily):
    logged_in(client, "editor")
    assert client.get(HERE).status_code == 403
    assert form_token(client, "/desk")


def test_programs_count_keep_and_use_them(client, db, daily):
    as_role(client, "operator")
    here = f"{API}/lists/daily/segments"
    counted = client.post(f"{here}/count", json={"segment": "domain = post.example"}).json()
    assert counted == {"meant": 2, "of": 3}
    wrong = client.post(f"{here}/count", json={"segment": "colour = red"})
    assert wrong.status_code == 400
    assert "can't ask for 'colour'" in wrong.json()["detail"]
    kept = client.put(f"{here}/postal", json={"words": "domain = post.example"})
    assert kept.json() == {"meant": 2, "of": 3}
    (item,) = client.get(here).json()["items"]
    assert (item["name"], item["words"]) == ("postal", "domain = post.example")
    asked = {"segment": "postal"}
    key = {"Idempotency-Key": "segment-run-1"}
    run = client.post(f"{API}/lists/daily/runs", json=asked, headers=key).json()
    assert run["segment"] == "domain = post.example"
    assert client.delete(f"{here}/postal").status_code == 204
    assert client.delete(f"{here}/postal").status_code == 404
