"""What people upload is a table or nothing, and never comes back as a page (S-24)."""

import pytest

from digest.actions.desk_import import LARGEST
from digest.store.imports import PeopleImport
from digest.web.body_limit import MAX_UPLOAD
from tests.desk import form_token, logged_in

SCRIPT = "<script>alert(1)</script>"
DISGUISED = {
    "people.csv": f"<!doctype html><title>ana@post.example</title>{SCRIPT}".encode(),
    "logo.svg": f"<svg xmlns='http://www.w3.org/2000/svg'>{SCRIPT}ana@post.example</svg>".encode(),
    "logo.png": b"\x89PNG\r\n\x1a\n" + b"ana@post.example\n" * 9,
    "photo.jpg": b"\xff\xd8\xff\xe0" + b"ana@post.example\n" * 9,
    "people.xlsx": b"PK\x03\x04" + b"ana@post.example\n" * 9,
    "people.pdf": b"%PDF-1.7\nana@post.example\n",
}


@pytest.fixture
def database_url(tmp_path):
    """One kind is enough: what is asked here never gets as far."""
    return f"sqlite:///{tmp_path / 'digest.db'}"


@pytest.fixture
def operator(client, lists):
    return logged_in(client, "operator")


def upload(client, content, name):
    headers = {
        "X-Form-Token": form_token(client),
        "Origin": str(client.base_url).rstrip("/"),
        "Content-Type": "text/csv",
    }
    return client.post(f"/desk/lists/daily/import?name={name}", content=content, headers=headers)


@pytest.mark.parametrize("name", DISGUISED)
def test_what_a_file_is_says_its_content_and_not_its_name_or_type(operator, db, name):
    answer = upload(operator, DISGUISED[name], "people.csv")
    assert answer.status_code == 422
    assert "not a table as text" in answer.json()["fault"]
    assert upload(operator, DISGUISED[name], name).status_code == 422
    with db.read() as session:
        assert session.query(PeopleImport).count() == 0


def test_a_table_may_have_twenty_megabytes_and_not_more():
    assert LARGEST == 20 * 1024 * 1024
    assert LARGEST < MAX_UPLOAD < LARGEST + 2_000


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd",
        "..%5c..%5cboot.ini",
        "/etc/cron.d/job",
        "a%00b.csv",
        "%2e%2e%2fx",
        "..",
        "%07",
        "%E8%A6%81" * 200,
    ],
)
def test_a_name_is_shown_and_leads_nowhere(operator, db, name):
    assert upload(operator, b"email\nana@post.example\n", name).status_code == 200
    with db.read() as session:
        kept = session.query(PeopleImport).one().file_name
    assert "/" not in kept
    assert "\\" not in kept
    assert "\0" not in kept


def test_what_was_uploaded_comes_back_as_text_that_a_browser_saves(operator, db, settings):
    """The rows themselves on our page are escaped; the rejects are a file, and no page."""
    content = f"email,name\nana@post.example,{SCRIPT}\n{SCRIPT},Ben\n".encode()
    page = upload(operator, content, f"{SCRIPT}.csv").json()["next"]
    assert SCRIPT not in operator.get(page).text
    rejects = operator.get(f"{page}/rejects")
    assert rejects.headers["content-type"].startswith("text/csv")
    assert rejects.headers["content-disposition"].startswith("attachment")
    assert rejects.headers["x-content-type-options"] == "nosniff"
    assert rejects.headers["content-security-policy"].startswith("default-src 'none'")
