"""A table of people at the desk: looked at first, taken in by a worker, rejects with reasons."""

import pytest

from digest.actions.desk_import import LARGEST, run_import
from digest.actions.tick import Work, tick
from digest.clock import utc_now
from digest.domain.role import Role
from digest.store.imports import STALE, ImportState, PeopleImport, get_import
from digest.store.subscribers import subscriber_or_none
from tests.desk import form_token, logged_in, post

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PATH = "/desk/lists/daily/import"
TABLE = "email,name,company\nana@post.example,<b>Ana</b>,=1+1\nnobody,,\nben@post.example,Ben,\n"


@pytest.fixture
def operator(client, lists):
    return logged_in(client, "operator")


def upload(client, content, name="people.csv"):
    headers = {"X-Form-Token": form_token(client), "Origin": str(client.base_url).rstrip("/")}
    return client.post(f"{PATH}?name={name}", content=content, headers=headers)


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
