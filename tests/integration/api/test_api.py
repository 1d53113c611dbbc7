"""The API: who may call what, pages, problems, and sends that start once."""

import re
from dataclasses import replace
from uuid import uuid4

import pytest
from fastapi.responses import PlainTextResponse

from digest.actions.accounts import disable_account, set_roles
from digest.actions.answer_once import answer_once
from digest.actions.api_tokens import make_token, revoke_token
from digest.clock import utc_now
from digest.domain.errors import Illegal
from digest.domain.role import Role
from digest.domain.states import EditionState
from digest.store.api_tokens import ApiToken, tokens_of
from digest.store.campaigns import Campaign
from digest.store.editions import Edition
from digest.web.api.route import API
from digest.web.api.routes import API_ROUTES
from digest.web.desk.scope import SCOPED
from digest.web.route import Guard
from tests.builders import a_list, a_subscriber
from tests.desk import an_account, desk_client, logged_in, post
from tests.integration.api.conftest import as_role

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

GUARDED = [route for route in API_ROUTES if route.guard.role]


def nothing():
    return PlainTextResponse("allowed")


@pytest.fixture
def table(db, settings, monkeypatch):
    """A client of the same routes with the same guards, behind which nothing happens."""
    empty = tuple(replace(route, endpoint=nothing, answer=None, status=200) for route in API_ROUTES)
    monkeypatch.setattr("digest.web.app.API_ROUTES", empty)
    with desk_client(db, settings) as client:
        yield client


def path_of(route, ids):
    return re.sub(r"{(\w+)}", lambda found: ids.get(found[1], str(uuid4())), route.path)


def test_without_a_token_nothing_is_told_but_what_there_is(table, world):
    for route in API_ROUTES:
        for headers in ({}, {"Authorization": "Bearer digest_x"}, {"Authorization": "Basic eA=="}):
            answer = table.request(route.method, path_of(route, world.ids), headers=headers)
            assert answer.status_code == (200 if route.guard is Guard.PUBLIC else 401), route


def test_a_session_of_the_desk_is_no_token(client, world):
    logged_in(client, "admin")
    assert client.get(f"{API}/lists").status_code == 401


@pytest.mark.parametrize("role", Role)
def test_a_token_may_do_what_its_role_allows_and_nothing_else(table, world, role):
    as_role(table, role)
    for route in GUARDED:
        allowed = role.rank >= route.guard.role.rank
        answer = table.request(route.method, path_of(route, world.ids))
        assert answer.status_code == (200 if allowed else 403), (role, route)


def test_a_token_may_do_no_more_than_its_owner_may_now(client, db, world):
    as_role(client, "operator")
    with db.begin() as session:
        an_account(session, "boss@news.example", Role.ADMIN)
    assert client.get(f"{API}/suppressions").status_code == 200
    set_roles(db, "admin@news.example", {None: Role.READER}, now=utc_now(), actor="test")
    assert client.get(f"{API}/suppressions").status_code == 403
    assert client.get(f"{API}/lists").status_code == 200
    disable_account(db, "admin@news.example", disabled=True, now=utc_now(), actor="test")
    assert client.get(f"{API}/lists").status_code == 401


def test_nobody_makes_a_token_above_their_own_role(db):
    with db.begin() as session:
        an_account(session, "edda@news.example", Role.EDITOR)
    with pytest.raises(Illegal, match="does not have the role operator"):
        make_token(
            db,
            "edda@news.example",
            name="x",
            role=Role.OPERATOR,
            days=1,
            now=utc_now(),
            actor="test",
        )


def test_a_list_that_a_token_may_not_see_is_not_there(table, db, world):
    with db.begin() as session:
        night = a_list(session, "night").id
        an_account(session, "nina@news.example", None, lists={night: Role.ADMIN})
    _, secret = make_token(
        db, "nina@news.example", name="x", role=Role.ADMIN, days=1, now=utc_now(), actor="test"
    )
    table.headers["Authorization"] = f"Bearer {secret}"
    for route in GUARDED:
        answer = table.request(route.method, path_of(route, world.ids))
        if set(re.findall(r"{(\w+)}", route.path)) & SCOPED.keys():
            assert answer.status_code == 404, route
        elif route.whole:
            assert answer.status_code == 403, route


def test_tokens_end_when_they_are_revoked_or_too_old(client, db, world):
    as_role(client, "reader")
    with db.begin() as session:
        token = session.query(ApiToken).one()
        until, token.expires_at = token.expires_at, utc_now()
        token_id = token.id
    assert client.get(f"{API}/lists").status_code == 401
    with db.begin() as session:
        session.get(ApiToken, token_id).expires_at = until
    assert client.get(f"{API}/lists").status_code == 200
    revoke_token(db, token_id, now=utc_now(), actor="test")
    assert client.get(f"{API}/lists").status_code == 401


def test_the_desk_shows_a_token_once_and_ends_only_ones_own(client, db, settings):
    logged_in(client, "editor")
    fields = {"name": "nightly", "role": "editor", "days": "7"}
    made = post(client, "/desk/tokens", fields)
    secret = re.search(r"digest_[\w-]{40,}", made.text)[0]
    assert secret not in client.get("/desk/tokens").text
    answer = client.get(f"{API}/lists", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200
    assert post(client, "/desk/tokens", fields | {"role": "admin"}).status_code == 422
    with db.read() as session:
        ((token, _),) = tokens_of(session, None)
        assert secret not in (token.fingerprint, token.name)
    other = logged_in(desk_client(db, settings), "reader")
    assert post(other, f"/desk/tokens/{token.id}/revoke").status_code == 400
    assert post(client, f"/desk/tokens/{token.id}/revoke").status_code == 303
    answer = client.get(f"{API}/lists", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401


def test_refusals_are_problem_details(client, world):
    as_role(client, "admin")
    tries = [
        client.get(f"{API}/lists/nowhere"),
        client.get(f"{API}/nowhere"),
        client.put(f"{API}/lists"),
        client.get(f"{API}/briefs", params={"limit": 0}),
        client.get(f"{API}/briefs", params={"cursor": "x"}),
        client.post(f"{API}/lists", json={"slug": "x", "unknown": 1}),
        client.post(f"{API}/campaigns/{world.ids['campaign_id']}/resume"),
        client.get(f"{API}/lists", headers={"Authorization": ""}),
    ]
    assert [answer.status_code for answer in tries] == [404, 404, 405, 422, 400, 422, 400, 401]
    for answer in tries:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
        assert answer.json()["detail"].endswith(".")
    assert tries[-1].headers["www-authenticate"] == "Bearer"
    assert {"body.unknown"} <= {fault["where"] for fault in tries[5].json()["errors"]}


def test_pages_give_everything_once_whatever_their_size(client, db, settings, world):
    as_role(client, "operator")
    path = f"{API}/campaigns/{world.ids['campaign_id']}/deliveries"
    found, cursor = [], None
    while True:
        page = client.get(path, params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        found += [one["address"] for one in page["items"]]
        assert len(page["items"]) <= 2
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(found) == [f"reader{n}@post.example" for n in range(5)]
    people = client.get(f"{API}/lists/daily/subscribers", params={"limit": 3}).json()
    with db.begin() as session:
        from digest.store.lists import get_list

        a_subscriber(session, settings, "late@post.example", get_list(session, world.list_id))
    rest = client.get(f"{API}/lists/daily/subscribers", params={"cursor": people["next"]}).json()
    assert len(people["items"]) + len(rest["items"]) == 6


def send(client, edition, body=None, key="send-of-tuesday"):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"{API}/editions/{edition}/send", json=body or {}, headers=headers)


@pytest.fixture
def approved(db, world):
    with db.begin() as session:
        session.get_one(Edition, world.draft).state = EditionState.APPROVED
    return world.draft


def test_a_send_is_started_once_for_its_key_and_answered_alike(client, db, approved):
    as_role(client, "operator")
    assert send(client, approved, key=None).status_code == 422
    first, again = send(client, approved), send(client, approved)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    with db.read() as session:
        assert session.query(Campaign).filter_by(edition_id=approved).count() == 1
    other = send(client, approved, {"at": utc_now().isoformat()})
    assert other.status_code == 422
    assert "another request" in other.json()["detail"]
    assert send(client, uuid4()).status_code == 404, "the guard is asked first"


def test_a_refused_send_leaves_its_key_free(client, db, world):
    as_role(client, "operator")
    assert send(client, world.draft).status_code == 400
    with db.begin() as session:
        session.get_one(Edition, world.draft).state = EditionState.APPROVED
    assert send(client, world.draft).status_code == 201


def test_a_key_whose_request_died_on_its_way_starts_nothing(client, db, world, approved):
    as_role(client, "operator")
    with db.read() as session:
        token_id = session.query(ApiToken).one().id

    def dies():
        raise ZeroDivisionError

    asked = f"POST {API}/editions/{approved}/send\n".encode() + b"{}"
    with pytest.raises(ZeroDivisionError):
        answer_once(
            db, token_id=token_id, key="send-of-tuesday", request=asked, act=dies, now=utc_now()
        )
    answer = client.post(
        f"{API}/editions/{approved}/send",
        content=b"{}",
        headers={"Idempotency-Key": "send-of-tuesday", "Content-Type": "application/json"},
    )
    assert answer.status_code == 409
    assert send(client, approved, key="another-key").status_code == 201


def test_two_tokens_may_use_the_same_key(client, db, approved):
    as_role(client, "operator")
    assert send(client, approved).status_code == 201
    as_role(client, "operator")
    assert send(client, approved).status_code == 400, "the edition has its campaign already"


def test_whatever_starts_a_send_asks_for_a_key(client):
    described = client.get(f"{API}/openapi.json").json()["paths"]
    asked = {
        path
        for path, methods in described.items()
        for one in methods.values()
        if any(each["name"] == "Idempotency-Key" for each in one.get("parameters", []))
    }
    assert asked == {route.path for route in API_ROUTES if route.answer is not None}
    assert {path.rpartition("/")[2] for path in asked} == {
        "one-offs",
        "runs",
        "test",
        "send",
        "retry",
        "resolve",
    }


def test_an_editor_previews_personas_and_an_operator_subscribers(client, world):
    path = f"{API}/editions/{world.draft}/preview"
    as_role(client, "editor")
    assert client.get(path).json()["html"]
    assert client.get(path, params={"reader": "reader1@post.example"}).status_code == 403
    as_role(client, "operator")
    assert client.get(path, params={"reader": "reader1@post.example"}).status_code == 200


def test_fields_that_are_not_offered_change_nothing(client, db, world):
    as_role(client, "admin")
    given = {"paused": True, "approval": "required"}
    assert client.patch(f"{API}/lists/daily", json=given).status_code == 422
    assert client.get(f"{API}/lists/daily").json()["paused"] is None
    assert client.patch(f"{API}/lists/daily", json={"paused": True}).json()["paused"]


def test_what_a_program_does_is_in_the_history_with_its_token(client, db, world):
    as_role(client, "operator")
    client.patch(f"{API}/lists/daily", json={"paused": True})
    page = logged_in(client, "admin").get("/desk/history?noun=mailing_list").text
    assert "admin@news.example (token test)" in page


def test_the_whole_way_by_program(client, db, world):
    """A source, a brief, a list, a reader, a suppression: made, read back, and taken away."""
    as_role(client, "admin")
    assert client.patch(f"{API}/sources/ledger", json={"enabled": False}).json()["enabled"] is False
    brief = {"source": "ledger", "title": "Salt road reopens", "url": "https://ledger.example/salt"}
    made = client.post(f"{API}/briefs", json=brief)
    assert made.status_code == 201
    assert client.get(f"{API}/briefs/{made.json()['id']}").json()["title"] == "Salt road reopens"
    new = {
        "slug": "night",
        "name": "Night Desk",
        "sender": "night@news.example",
        "postal_address": "1 Quay Street, Port Amsel",
        "sources": ["ledger"],
        "cadence": "weekdays at 22:00",
        "timezone": "Europe/Lisbon",
    }
    assert client.post(f"{API}/lists", json=new).status_code == 201
    assert len(client.get(f"{API}/lists/night/schedule", params={"n": 3}).json()["times"]) == 3
    cadence = f"{API}/lists/night/cadences/each"
    told = {"cadence": "weekdays at 22:00", "ping": "https://watch.example/4f1c"}
    assert client.put(cadence, json=told).json()["pinged"] == ["each"]
    kept = client.put(cadence, json={"cadence": "weekdays at 21:00"}).json()
    assert (kept["pinged"], kept["cadences"]) == (["each"], {"each": "weekdays at 21:00"})
    assert client.put(cadence, json=told | {"ping": None}).json()["pinged"] == []
    put = client.post(f"{API}/lists/night/subscribers", json={"address": "lena@post.example"})
    person = put.json()["subscriber"]
    assert client.get(f"{API}/subscribers/{person}").json()["address"] == "lena@post.example"
    built = client.post(f"{API}/lists/night/editions", json={}).json()
    assert built["edition"] or built["reason"]
    assert client.delete(f"{API}/subscribers/{person}").status_code == 204
    assert client.get(f"{API}/subscribers/{person}").status_code == 404
    stop = {"address": "boris@post.example", "note": "asked by letter"}
    assert client.post(f"{API}/suppressions", json=stop).status_code == 204
    kept = client.get(f"{API}/suppressions").json()["items"]
    assert "boris@post.example" in {one["address"] for one in kept}
    lifted = client.post(f"{API}/suppressions/lift", json={"address": "boris@post.example"})
    assert lifted.status_code == 204
