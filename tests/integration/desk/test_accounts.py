"""Accounts: invited by mail, shut out at once, their passwords set by links that work once."""

import re
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from typer.testing import CliRunner

from digest.actions.passwords import request_reset
from digest.actions.relays import seed_relay
from digest.clock import utc_now
from digest.domain.errors import Illegal
from digest.store.accounts import AccountLink, account_of
from digest.store.history import Narrowed, history
from digest.web.desk.coming import first_path
from tests.desk import PASSWORD, an_account, desk_client, logged_in, post

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
EDDA = "edda@news.example"
OTHER = "nine winter lighthouses"


@pytest.fixture
def mails(db, settings):
    """What was mailed, the newest last."""
    seed_relay(db, settings, utc_now())
    folder = settings.home_path / "outbox/new"

    def read():
        files = sorted(folder.iterdir()) if folder.exists() else []
        return [message_from_bytes(file.read_bytes(), policy=default) for file in files]

    return read


@pytest.fixture
def edda(db):
    with db.begin() as session:
        return an_account(session, EDDA, password=PASSWORD).id


def link_in(mail) -> str:
    texts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    links = [re.search(r"https://news\.example(/desk/link/[\w-]+)", text)[1] for text in texts]
    assert len(links) == 2, "in the text and in the HTML"
    assert len(set(links)) == 1
    return links[0]


def actions(db, noun="account"):
    with db.read() as session:
        return [entry.action for entry in history(session, Narrowed(noun=noun), limit=50)]


def sign_in(client, password=PASSWORD):
    return post(client, "/desk/sign-in", {"address": EDDA, "password": password})


def test_somebody_who_is_invited_chooses_a_password_by_a_link_that_works_once(
    client, db, settings, mails
):
    logged_in(client, "admin")
    fields = {"address": "Edda@News.example", "name": "Edda", "role-*": "editor"}
    assert post(client, "/desk/accounts", fields).status_code == 303
    (mail,) = mails()
    assert mail["to"] == EDDA
    assert mail["auto-submitted"] == "auto-generated"
    edda = desk_client(db, settings)
    path = link_in(mail)
    assert edda.get(path).status_code == edda.get(path).status_code == 200, (
        "looking uses nothing up"
    )
    assert post(edda, path, {"password": "short"}).status_code == 422
    assert post(edda, path, {"password": PASSWORD}).status_code == 303
    assert edda.get(path).status_code == 404
    assert post(edda, path, {"password": OTHER}).status_code == 404
    assert sign_in(edda).status_code == 303
    assert edda.get("/desk").status_code == 200
    assert edda.get("/desk/accounts").status_code == 403


def test_a_forgotten_password_is_set_anew_and_ends_all_sessions(client, db, settings, edda, mails):
    sign_in(client)
    stranger = desk_client(db, settings)
    asked = [
        post(stranger, "/desk/forgotten", {"address": address})
        for address in (EDDA, "nobody@news.example", "'nonsense")
    ]
    assert len({(answer.status_code, answer.headers["location"]) for answer in asked}) == 1
    said = {answer.cookies["__Host-desk_said"] for answer in asked}
    assert len(said) == 1, "the same words, whoever asked"
    (mail,) = mails()
    path = link_in(mail)
    assert client.get("/desk").status_code == 200, "asking ends nothing"
    assert post(stranger, path, {"password": OTHER}).status_code == 303
    assert client.get("/desk").status_code == 303
    assert sign_in(client).status_code == 401
    assert sign_in(client, OTHER).status_code == 303


def test_a_link_is_too_old_after_an_hour_and_void_after_another_was_used(
    client, db, settings, edda, mails
):
    now = utc_now()
    for minutes in (0, 1):
        request_reset(db, settings, EDDA, now=now - timedelta(minutes=minutes))
    first, second = (link_in(mail) for mail in mails())
    assert post(client, first, {"password": OTHER}).status_code == 303
    assert client.get(second).status_code == 404
    request_reset(db, settings, EDDA, now=now - timedelta(minutes=60, seconds=1))
    assert client.get(link_in(mails()[-1])).status_code == 404


def test_nobody_is_mailed_more_than_three_links_an_hour(db, settings, edda, mails):
    assert [request_reset(db, settings, EDDA, now=utc_now()) for _ in range(5)] == [
        *[True] * 3,
        *[False] * 2,
    ]
    assert len(mails()) == 3


def test_the_database_holds_no_link(db, settings, edda, mails):
    request_reset(db, settings, EDDA, now=utc_now())
    with db.read() as session:
        assert session.query(AccountLink).one().id not in link_in(mails()[0])


def test_another_password_signs_out_all_but_this_browser(client, db, settings, edda):
    sign_in(client)
    other = desk_client(db, settings)
    sign_in(other)
    before = client.cookies["__Host-desk_session"]
    wrong = post(client, "/desk/me/password", {"old": "wrong", "new": OTHER})
    assert (wrong.status_code, client.get("/desk").status_code) == (422, 200)
    assert post(client, "/desk/me/password", {"old": PASSWORD, "new": OTHER}).status_code == 303
    assert client.cookies["__Host-desk_session"] != before
    assert client.get("/desk").status_code == 200
    assert other.get("/desk").status_code == 303


def test_other_sessions_can_be_ended(client, db, settings, edda):
    sign_in(client)
    other = desk_client(db, settings)
    sign_in(other)
    assert client.get("/desk/me").text.count("this one") == 1
    post(client, "/desk/me/sessions/end")
    assert client.get("/desk").status_code == 200
    assert other.get("/desk").status_code == 303


def test_whoever_is_shut_out_is_out_at_once_and_stays_out(client, db, settings, edda, mails):
    browser = desk_client(db, settings)
    sign_in(browser)
    logged_in(client, "admin")
    request_reset(db, settings, EDDA, now=utc_now())
    assert post(client, f"/desk/accounts/{edda}/state", {"action": "disable"}).status_code == 303
    assert browser.get("/desk").status_code == 303
    assert sign_in(browser).status_code == 401
    assert browser.get(link_in(mails()[0])).status_code == 404
    assert not request_reset(db, settings, EDDA, now=utc_now())
    post(client, f"/desk/accounts/{edda}/state", {"action": "enable"})
    assert sign_in(browser).status_code == 303


def test_the_last_admin_can_neither_be_shut_out_nor_made_less(client, db):
    logged_in(client, "admin")
    with db.read() as session:
        me = account_of(session, "admin@news.example").id
    for path, fields in (
        (f"/desk/accounts/{me}/state", {"action": "disable"}),
        (f"/desk/accounts/{me}", {"role-*": "editor"}),
    ):
        answer = post(client, path, fields)
        assert answer.status_code == 400
        assert "the last admin" in answer.text
    assert client.get("/desk/accounts").status_code == 200


def test_the_history_says_who_changed_what_from_what_to_what(client, db, edda):
    logged_in(client, "admin")
    post(client, f"/desk/accounts/{edda}", {"role-*": "operator"})
    page = client.get(f"/desk/history?noun=account&noun_id={edda}").text
    assert "admin@news.example" in page
    assert "role changed" in page
    assert "*: editor → *: operator" in page
    assert "Nothing." in client.get("/desk/history?noun=account&actor=nobody").text
    assert "account" not in re.findall(
        r'<option value="(\w+)"', logged_in(client, "operator").get("/desk/history").text
    )


@pytest.fixture
def here(db, settings, tmp_path):
    """A browser on this machine, of a service that is reached at its loopback address."""
    local = settings.model_copy(update={"base_url": "http://127.0.0.1:8025"})
    client = desk_client(db, local)
    client._transport.client = ("127.0.0.1", 50000)
    return client, first_path(local)


FIRST = {"address": "ana@news.example", "name": "Ana", "zone": "Europe/Lisbon"}


def test_the_first_account_is_made_on_this_machine_by_who_sees_its_output(here, db):
    client, path = here
    assert client.get(path).status_code == 200
    code = path.partition("code=")[2]
    weak = post(client, "/desk/first", FIRST | {"code": code, "password": "ana"})
    assert weak.status_code == 422
    assert (
        post(client, "/desk/first", FIRST | {"code": code, "password": PASSWORD}).status_code == 303
    )
    assert client.get(path).status_code == 404
    again = post(client, "/desk/first", FIRST | {"code": code, "password": PASSWORD})
    assert again.status_code == 404
    with db.read() as session:
        assert [row.role for row in account_of(session, "ana@news.example").roles] == ["admin"]


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
        {"X-Real-IP": "203.0.113.9"},
        {"Via": "1.1 proxy"},
        {"Host": "news.example"},
        {"Host": "127.0.0.1.evil.example"},
    ],
)
def test_the_first_page_is_not_shown_through_a_proxy(here, headers):
    client, path = here
    assert client.get(path, headers=headers).status_code == 404


def test_the_first_page_is_not_shown_to_others_nor_without_its_code(here):
    client, path = here
    assert client.get("/desk/first").status_code == 404
    assert client.get(path[:-1]).status_code == 404
    client._transport.client = ("203.0.113.9", 50000)
    assert client.get(path).status_code == 404


def test_passwords_that_are_tried_first_are_refused(db, edda):
    from digest.accounts.passwords import check_new_password

    for weak in ("short", "a" * 30, "password1234", "xxedmundaxx12", "x" * 201):
        with pytest.raises(Illegal):
            check_new_password(weak, "edmunda@news.example")
    check_new_password(OTHER, "edmunda@news.example")


def test_accounts_can_be_made_and_changed_by_command(db, database_url, settings, monkeypatch):
    from digest.cli import context
    from digest.cli.app import app

    monkeypatch.setattr(context, "_given_actor", "ops")
    monkeypatch.setenv("DIGEST_DATABASE_URL", database_url)
    monkeypatch.setenv("DIGEST_SECRET_KEY", settings.secret.decode())
    for cached in (context.settings, context.database):
        cached.cache_clear()
    run = CliRunner().invoke
    words = ["user", "add", EDDA, "--role", "editor", "--password-stdin"]
    assert run(app, words, input=f"{PASSWORD}\n").exit_code == 0
    client = desk_client(db, settings)
    assert sign_in(client).status_code == 303
    assert "may sign in" in run(app, ["user", "list"]).output
    assert run(app, ["user", "role", EDDA, "--role", "reader"]).exit_code == 0
    assert client.get("/desk").status_code == 303
    assert run(app, ["user", "reset", EDDA, "--password-stdin"], input=f"{OTHER}\n").exit_code == 0
    assert sign_in(client, OTHER).status_code == 303
    assert run(app, ["user", "disable", EDDA]).exit_code == 0
    assert client.get("/desk").status_code == 303
    assert run(app, ["user", "enable", EDDA]).exit_code == 0
    assert actions(db)[:2] == ["enabled", "disabled"]
    context.database().close()
    for cached in (context.settings, context.database):
        cached.cache_clear()
