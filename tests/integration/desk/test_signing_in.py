"""Signing in: within limits, without a word about who has an account, to a session of its own."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from digest.accounts import sessions as lives
from digest.clock import utc_now
from digest.store.accounts import Account, AccountSession, LoginAttempt
from tests.desk import PASSWORD, an_account, desk_client, form_token, logged_in, post

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
EDDA = "edda@news.example"


def sign_in(client, address=EDDA, password=PASSWORD, **more):
    return post(
        client, "/desk/sign-in", {"address": address, "password": password, "next": "/desk"} | more
    )


@pytest.fixture
def edda(db):
    with db.begin() as session:
        return an_account(session, EDDA, password=PASSWORD).id


def test_who_is_not_signed_in_is_led_to_the_form_and_back(client, edda):
    asked = client.get("/desk/me?x=1")
    assert (asked.status_code, asked.headers["location"]) == (
        303,
        "/desk/sign-in?next=/desk/me%3Fx%3D1",
    )
    assert 'value="/desk/me?x=1"' in client.get(asked.headers["location"]).text
    assert sign_in(client, next="/desk/me?x=1").headers["location"] == "/desk/me?x=1"
    assert client.get("/desk").status_code == 200


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client, edda):
    for cookie in sign_in(client).headers.get_list("set-cookie"):
        assert cookie.startswith("__Host-desk_")
        assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


def test_a_new_session_begins_and_the_old_one_ends(client, db, edda):
    sign_in(client)
    before = client.cookies["__Host-desk_session"]
    sign_in(client)
    assert client.cookies["__Host-desk_session"] != before
    with db.read() as session:
        assert session.get(AccountSession, lives.fingerprint(before)) is None


def test_the_database_holds_no_secret_that_a_browser_sends(client, db, edda):
    sign_in(client)
    with db.read() as session:
        stored = session.query(AccountSession).one().id
        assert session.get(Account, edda).password_hash.startswith("$argon2id$")
    assert stored == lives.fingerprint(client.cookies["__Host-desk_session"])
    assert stored != client.cookies["__Host-desk_session"]


@pytest.mark.parametrize("address", [EDDA, "nobody@news.example", "", "x" * 500])
def test_a_wrong_password_and_an_unknown_address_look_the_same(client, edda, address):
    answer = sign_in(client, address, "not the right one")
    assert answer.status_code == 401
    assert "The address or the password is wrong." in answer.text
    assert "__Host-desk_session" not in client.cookies


def test_an_unknown_address_costs_the_same_work(client, edda, monkeypatch):
    verify, costs = PasswordHasher.verify, []

    def noted(self, stored, given):
        costs.append(stored.split("$")[1:4])  # algorithm, version, costs
        return verify(self, stored, given)

    monkeypatch.setattr(PasswordHasher, "verify", noted)
    sign_in(client, EDDA, "not the right one")
    sign_in(client, "nobody@news.example", "not the right one")
    assert len(costs) == 2
    assert costs[0] == costs[1]


def test_after_ten_tries_even_the_right_password_has_to_wait(client, edda):
    for _ in range(10):
        assert sign_in(client, password="wrong").status_code == 401
    answer = sign_in(client)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 15 * 60
    assert sign_in(client, "nobody@news.example", "wrong").status_code == 401


def test_an_address_without_account_has_the_same_limit(client, edda):
    for _ in range(10):
        assert sign_in(client, "nobody@news.example", "wrong").status_code == 401
    assert sign_in(client, "nobody@news.example", "wrong").status_code == 429


def test_strangers_cannot_lock_the_owner_out_of_a_device_that_is_known(client, db, settings, edda):
    sign_in(client)
    post(client, "/desk/sign-out")
    stranger = desk_client(db, settings)
    for _ in range(10):
        sign_in(stranger, password="wrong")
    assert sign_in(stranger).status_code == 429
    assert sign_in(client).status_code == 303


def test_a_known_device_of_one_account_is_a_stranger_to_others(client, db, edda):
    with db.begin() as session:
        an_account(session, "olaf@news.example", password=PASSWORD)
    sign_in(client)
    for _ in range(10):
        sign_in(client, "olaf@news.example", "wrong")
    assert sign_in(client, "olaf@news.example").status_code == 429


def test_one_client_has_fifty_tries_whatever_the_address(client, db, edda):
    with db.begin() as session:
        session.add_all(
            LoginAttempt(at=utc_now(), address_hash=f"{n}", client="testclient", device=None)
            for n in range(50)
        )
    assert sign_in(client).status_code == 429


def test_tries_of_a_quarter_of_an_hour_ago_do_not_count(client, db, edda):
    for _ in range(10):
        sign_in(client, password="wrong")
    with db.begin() as session:
        for attempt in session.query(LoginAttempt):
            attempt.at -= timedelta(minutes=15, seconds=1)
    assert sign_in(client).status_code == 303


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example/desk",
        "/desk/..//evil.example",
        "/desk//evil.example",
        "/desk\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "/desk-of-others",
        "/u/token",
        "http:/desk",
        "/désk",
        "",
    ],
)
def test_signing_in_leads_to_no_other_site(client, edda, elsewhere):
    assert sign_in(client, next=elsewhere).headers["location"] == "/desk"
    assert client.get("/desk/sign-in", params={"next": elsewhere}).headers["location"] == "/desk"


@pytest.mark.parametrize(
    ("idle", "age", "alive"),
    [
        (timedelta(hours=11, minutes=59), timedelta(hours=20), True),
        (timedelta(hours=12), timedelta(hours=20), False),
        (timedelta(minutes=1), timedelta(days=6, hours=23), True),
        (timedelta(minutes=1), timedelta(days=7), False),
    ],
)
def test_a_session_ends_after_twelve_idle_hours_or_seven_days(client, db, idle, age, alive):
    logged_in(client, "editor")
    with db.begin() as session:
        row = session.query(AccountSession).one()
        row.seen_at, row.created_at = utc_now() - idle, utc_now() - age
    assert client.get("/desk").status_code == (200 if alive else 303)


def test_signing_out_ends_the_sessions_on_all_devices(client, db, settings):
    logged_in(client, "editor")
    other = logged_in(desk_client(db, settings), "editor")
    assert post(client, "/desk/sign-out").status_code == 303
    assert client.get("/desk").status_code == 303
    assert other.get("/desk").status_code == 303


def test_a_post_without_the_right_token_or_from_elsewhere_changes_nothing(client, edda):
    token = form_token(client)
    given = {"address": EDDA, "password": PASSWORD}
    here = {"Origin": "https://news.example"}
    tries = [
        client.post("/desk/sign-in", data=given, headers=here),
        client.post("/desk/sign-in", data=given | {"form_token": "0" * 64}, headers=here),
        client.post(
            "/desk/sign-in",
            data=given | {"form_token": token},
            headers={"Origin": "https://evil.example"},
        ),
        client.post(
            "/desk/sign-in", data=given | {"form_token": token}, headers={"Origin": "null"}
        ),
        client.post(
            "/desk/sign-in",
            data=given | {"form_token": token},
            headers={"Sec-Fetch-Site": "cross-site"},
        ),
    ]
    assert [answer.status_code for answer in tries] == [403] * 5
    assert "__Host-desk_session" not in client.cookies
