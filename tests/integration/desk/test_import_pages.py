"""A table of people at the desk: looked at first, taken in by a worker, rejects with reasons."""

from io import BytesIO
from zipfile import ZipFile

import pytest

from digest.actions.desk_import import LARGEST, run_import
from digest.actions.tick import Work, tick
from digest.clock import utc_now
from digest.domain.role import Role
from digest.domain.states import SubscriptionState
from digest.store.imports import STALE, ImportState, PeopleImport, get_import
from digest.store.subscribers import Subscription, subscriber_or_none
from digest.store.suppressions import Suppression
from tests.desk import form_token, logged_in, post

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PATH = "/desk/lists/daily/import"
TABLE = "email,name,company\nana@post.example,<b>Ana</b>,=1+1\nnobody,,\nben@post.example,Ben,\n"


@pytest.fixture
def operator(client, lists):
    return logged_in(client, "operator")


def upload(client, content, name="people.csv", **said):
    headers = {"X-Form-Token": form_token(client), "Origin": str(client.base_url).rstrip("/")}
    more = "".join(f"&{key.rstrip('_')}={value}" for key, value in said.items())
    return client.post(f"{PATH}?name={name}{more}", content=content, headers=headers)


def due(db, now=None):
    return [ring.id for ring in tick(db, now or utc_now()) if ring.work is Work.IMPORT]


def test_a_table_is_shown_then_taken_in_and_its_rejects_say_why(operator, db, settings):
    page = upload(operator, TABLE.encode()).json()["next"]
    shown = operator.get(page).text
    assert "ana@post.example" in shown
    assert "&lt;b&gt;Ana" in shown
    assert "rejected" in shown
    assert not due(db)
    assert post(operator, f"{page}/start").status_code == 303
    assert "Waiting for a worker" in operator.get(page).text
    (import_id,) = due(db)
    run_import(db, settings, import_id, utc_now())
    assert not due(db)
    with db.read() as session:
        assert subscriber_or_none(session, "ben@post.example")
        row = get_import(session, import_id)
        assert (row.state, row.content) == (ImportState.DONE, None)
        assert row.result["counts"] == {"added": 2}
    assert "<dt>Added</dt><dd>2</dd>" in operator.get(page).text
    rejects = operator.get(f"{page}/rejects").text.splitlines()
    assert rejects[1].startswith("3,")
    assert "'nobody' is not an e-mail address" in rejects[1]
    assert post(operator, f"{page}/start").status_code == 400


@pytest.mark.parametrize(
    ("content", "says"), [(b"", "empty"), (b"PK\x03\x04x", "save it as CSV"), (b"a,b\n", "email")]
)
def test_what_is_no_table_is_said_and_not_kept(operator, db, content, says):
    answer = upload(operator, content)
    assert answer.status_code == 422
    assert says in answer.json()["fault"]
    with db.read() as session:
        assert session.query(PeopleImport).count() == 0


def test_a_file_that_is_too_large_is_refused_before_it_is_kept(operator, db):
    assert upload(operator, b"x" * (LARGEST + 2_000)).status_code == 413


def test_a_form_in_the_place_of_the_file_is_answered_with_what_to_do(operator):
    answer = post(operator, PATH, {"file": "people.csv"})
    assert answer.status_code == 400
    assert "digest subscriber import" in answer.text


def test_a_name_leads_to_no_other_folder(operator, db, settings):
    upload(operator, TABLE.encode(), name="../../etc/cron.d/x%0d%0a.csv")
    with db.read() as session:
        assert session.query(PeopleImport).one().file_name == "x.csv"


def test_without_the_token_nothing_is_taken(operator, db):
    assert operator.post(PATH, content=TABLE).status_code == 403


def test_whose_worker_died_is_taken_in_again(operator, db, settings):
    page = upload(operator, TABLE.encode()).json()["next"]
    post(operator, f"{page}/start")
    now = utc_now()
    with db.begin() as session:
        row = session.query(PeopleImport).one()
        row.state, row.touched_at = ImportState.RUNNING, now
    assert not due(db, now)
    assert due(db, now + 2 * STALE)


def test_an_import_of_a_list_that_one_may_not_see_is_not_there(client, db, settings, lists):
    page = upload(logged_in(client, "operator"), TABLE.encode()).json()["next"]
    logged_in(client, None, lists={lists["night"]: Role.OPERATOR})
    assert client.get(page).status_code == 404


LEFT = (
    "uuid,email,name,attributes,status\n1,ana@post.example,Ana,{},enabled\n2,nobody,,{},enabled\n"
)


def audience():
    """A small export of Mailchimp's."""
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("subscribed_a.csv", "Email Address,TAGS,LEID\nana@post.example,Press,1\n")
        archive.writestr(
            "cleaned_a.csv",
            "Email Address,CLEAN_TIME,LEID\nben@post.example,2024-03-04 11:00:00,2\nx,,3\n",
        )
    return file.getvalue()


def test_an_audience_of_mailchimps_is_shown_by_its_files_and_taken_in(operator, db, settings):
    page = upload(operator, audience(), "audience.zip", from_="mailchimp").json()["next"]
    shown = operator.get(page).text
    assert "Mailchimp’s export" in shown
    assert shown.index("<h2>cleaned_a.csv") < shown.index("<h2>subscribed_a.csv")
    assert "cleaned in Mailchimp" in shown
    assert "tags: Press" in shown
    post(operator, f"{page}/start")
    run_import(db, settings, due(db)[0], utc_now())
    with db.read() as session:
        row = session.query(PeopleImport).one()
        assert (row.state, row.position) == (ImportState.DONE, row.size)
        assert row.result["counts"] == {"newly_suppressed": 1, "added": 1}
        assert session.query(Suppression).one().address == "ben@post.example"
    assert "<dt>Newly suppressed</dt><dd>1</dd>" in operator.get(page).text
    assert "cleaned_a.csv: 'x' is not" in operator.get(f"{page}/rejects").text


def test_who_left_in_listmonk_is_kept_away_by_the_desk_too(operator, db, settings):
    said = {"from_": "listmonk", "as_": "unsubscribed"}
    page = upload(operator, LEFT.encode(), **said).json()["next"]
    shown = operator.get(page).text
    assert "listmonk’s export, unsubscribed there" in shown
    assert "no import brings them to this list" in shown
    post(operator, f"{page}/start")
    run_import(db, settings, due(db)[0], utc_now())
    with db.read() as session:
        assert session.query(PeopleImport).one().result["counts"] == {"kept_away": 1}
        place = session.query(Subscription).join(Subscription.subscriber)
        (ana,) = place.filter_by(address="ana@post.example")
        assert ana.state is SubscriptionState.UNSUBSCRIBED


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"from_": "listmonk"}, "does not say who left"),
        ({"from_": "mailchimp", "as_": "confirmed"}, "no export of a Mailchimp audience"),
        ({"as_": "confirmed"}, "goes with a service"),
    ],
)
def test_an_export_that_is_not_what_it_is_said_to_be_is_not_kept(operator, db, said, says):
    answer = upload(operator, LEFT.encode(), **said)
    assert answer.status_code == 422
    assert says in answer.json()["fault"]
    with db.read() as session:
        assert session.query(PeopleImport).count() == 0


def test_a_zip_that_swells_is_refused_before_it_is_unpacked(operator, monkeypatch):
    monkeypatch.setattr("digest.actions.desk_import.MOST_UNPACKED", 100)
    answer = upload(operator, audience(), "audience.zip", from_="mailchimp")
    assert answer.status_code == 422
    assert "too much" in answer.json()["fault"]


def test_an_operator_of_one_list_imports_no_export_since_it_suppresses_for_all(client, db, lists):
    logged_in(client, None, lists={lists["daily"]: Role.OPERATOR})
    assert 'name="from"' not in client.get(PATH).text
    answer = upload(client, audience(), "audience.zip", from_="mailchimp")
    assert answer.status_code == 403
    assert "operator on all lists" in answer.json()["fault"]
    assert upload(client, TABLE.encode()).status_code == 200
