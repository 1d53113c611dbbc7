"""Each role asks for each route: what it may not do is 403, what it may not know of is 404."""

import re
from dataclasses import replace
from itertools import product
from uuid import UUID, uuid4

import pytest
from fastapi.responses import PlainTextResponse
from sqlalchemy import select

from digest.actions.accounts import set_roles
from digest.clock import utc_now
from digest.domain.errors import NotFound
from digest.domain.notice import NoticeWish
from digest.domain.role import Role
from digest.domain.states import Stream
from digest.store.accounts import Account, account_of
from digest.store.campaigns import Campaign
from digest.store.deliveries import Delivery
from digest.store.lists import MailingList
from digest.store.runs import Run
from digest.web.desk.routes import DESK_ROUTES
from digest.web.desk.scope import SCOPED, lists_of
from digest.web.route import Guard
from tests.builders import NOW, a_list, a_sending_campaign
from tests.desk import desk_client, form_token, logged_in, post
from tests.desk_world import a_table

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def ids(db, settings) -> dict[str, str]:
    """Something real of the list ``daily`` for each parameter of a path."""
    campaign = a_sending_campaign(db, settings, ["maria@post.example"])
    with db.begin() as session:
        daily = session.scalars(select(MailingList)).one()
        run = Run(
            list_id=daily.id, stream=Stream.EACH, scheduled_at=NOW, created_at=NOW, changed_at=NOW
        )
        table = a_table(daily.id)
        session.add_all([run, table])
        session.flush()
        delivery = session.scalars(select(Delivery)).one()
        return {
            "list_slug": daily.slug,
            "campaign_id": str(campaign),
            "edition_id": str(session.get_one(Campaign, campaign).edition_id),
            "run_id": str(run.id),
            "import_id": str(table.id),
            "delivery_id": str(delivery.id),
            "subscriber_id": str(delivery.subscriber_id),
        }


def path_of(route, ids):
    return re.sub(r"{(\w+)}", lambda found: ids.get(found[1], str(uuid4())), route.path)


@pytest.fixture
def table(db, settings, monkeypatch):
    """A client of the same routes with the same guards, behind which nothing happens."""
    empty = tuple(replace(route, endpoint=nothing) for route in DESK_ROUTES)
    monkeypatch.setattr("digest.web.app.DESK_ROUTES", empty)
    with desk_client(db, settings) as client:
        yield client


def nothing():
    return PlainTextResponse("allowed")


def ask(client, route, ids, token):
    data = {"form_token": token} if route.method == "POST" else None
    return client.request(route.method, path_of(route, ids), data=data).status_code


NEEDS_A_ROLE = [route for route in DESK_ROUTES if route.guard.role]


def test_whoever_is_not_signed_in_is_sent_to_sign_in(table, ids):
    for route in DESK_ROUTES:
        if route.guard is not Guard.FORM:
            assert ask(table, route, ids, "") == 303, route


@pytest.mark.parametrize("role", [None, *Role])
def test_a_role_may_do_what_its_rank_allows_and_nothing_else(table, ids, role):
    logged_in(table, role)
    token = table.app.state.site.tokens.form(table.cookies["__Host-desk_session"])
    for route in NEEDS_A_ROLE:
        named = set(re.findall(r"{(\w+)}", route.path))
        allowed = role is not None and role.rank >= route.guard.role.rank
        refused = 404 if role is None and named & SCOPED.keys() else 403
        assert ask(table, route, ids, token) == (200 if allowed else refused), (role, route)


def test_an_account_of_another_list_learns_nothing_of_this_one(table, ids, db):
    with db.begin() as session:
        night = a_list(session, "night").id
    logged_in(table, None, lists={night: Role.ADMIN})
    token = table.app.state.site.tokens.form(table.cookies["__Host-desk_session"])
    for route in NEEDS_A_ROLE:
        if set(re.findall(r"{(\w+)}", route.path)) & SCOPED.keys():
            assert ask(table, route, ids, token) == 404, route
        elif route.whole:
            assert ask(table, route, ids, token) == 403, route


def test_on_one_list_the_higher_role_counts(table, ids, db):
    with db.begin() as session:
        daily = session.scalars(select(MailingList.id)).one()
    logged_in(table, Role.READER, lists={daily: Role.OPERATOR})
    token = table.app.state.site.tokens.form(table.cookies["__Host-desk_session"])
    for route in NEEDS_A_ROLE:
        scoped = set(re.findall(r"{(\w+)}", route.path)) & SCOPED.keys()
        if scoped:
            allowed = route.guard.role.rank <= Role.OPERATOR.rank
            assert ask(table, route, ids, token) == (200 if allowed else 403), route


@pytest.mark.parametrize("name", SCOPED)
@pytest.mark.parametrize("text", ["nonsense", str(UUID(int=7)), "' or 1=1 --", "%00", "١"])
def test_what_is_not_there_is_not_found_whatever_the_id_looks_like(db, ids, name, text):
    with pytest.raises(NotFound):
        lists_of(db, {name: text})
    assert lists_of(db, {name: ids[name]})


def test_every_post_needs_the_token_of_its_own_session(table, ids):
    logged_in(table, "admin")
    site = table.app.state.site
    other = site.tokens.form("somebody else's session")
    mine = site.tokens.form(table.cookies["__Host-desk_session"])
    posts = [route for route in DESK_ROUTES if route.method != "GET"]
    assert posts
    for route, token in product(posts, ("", other, mine[:-1], mine.upper() + " ")):
        assert ask(table, route, ids, token) == 403, route
    for route in posts:
        path = path_of(route, ids)
        elsewhere = table.post(
            path, data={"form_token": mine}, headers={"Origin": "https://evil.example"}
        )
        assert elsewhere.status_code == 403, route
        assert table.post(path, headers={"X-Form-Token": mine}).status_code == 200, route


def test_no_page_may_stand_in_a_frame_or_run_a_script_of_its_own(table, client, ids):
    logged_in(client, "admin")
    for path in ("/desk", "/desk/me", "/desk/accounts", "/desk/history", "/desk/nowhere"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy
        assert "http" not in policy
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("role", "wanted"),
    [
        ("reader", {"/desk"}),
        ("operator", {"/desk", "/desk/history"}),
        ("admin", {"/desk", "/desk/history", "/desk/accounts"}),
    ],
)
def test_the_menu_offers_what_one_may_use_and_nothing_else(client, db, role, wanted):
    page = logged_in(client, role).get("/desk").text
    menu = page.partition('<ul class="menu">')[2].partition("</ul>")[0]
    offered = set(re.findall(r'href="([^"]+)"', menu))
    assert wanted <= offered
    assert all(client.get(path).status_code == 200 for path in offered)
    ours = {"/desk", "/desk/history", "/desk/accounts"}
    assert offered & ours == wanted
    assert menu.count('aria-current="page"') == 1


def test_a_form_about_oneself_changes_no_role_and_nobody_else(client, db):
    logged_in(client, "reader")
    with db.begin() as session:
        other = session.scalars(select(Account.id)).one()
    answer = post(
        client,
        "/desk/me",
        {
            "name": "Rea",
            "zone": "Europe/Paris",
            "notices": "urgent",
            "role": "admin",
            "role-*": "admin",
            "account_id": str(other),
            "address": "boss@news.example",
            "disabled_at": "",
            "password_hash": "x",
        },
    )
    assert answer.status_code == 303
    with db.read() as session:
        account = account_of(session, "reader@news.example")
        assert (account.name, account.timezone) == ("Rea", "Europe/Paris")
        assert account.notices is NoticeWish.URGENT
        assert [row.role for row in account.roles] == [Role.READER]
        assert account.password_hash is None


def test_another_role_ends_all_sessions(client, db):
    logged_in(client, "reader")
    set_roles(db, "reader@news.example", {None: Role.EDITOR}, now=utc_now(), actor="test")
    assert client.get("/desk").status_code == 303


def test_what_is_typed_into_a_filter_stays_a_value(client, db):
    logged_in(client, "admin")
    token = form_token(client)
    hostile = [
        "' OR '1'='1",
        "'; DROP TABLE account; --",
        '" UNION SELECT password_hash FROM account --',
        "1) OR (1=1",
        "\\'; SELECT pg_sleep(9); --",
        "%27%20OR%201=1",
        "admin'/*",
        "x\x00y",
        "😀" * 300,
    ]
    for text in hostile:
        for name in ("noun", "noun_id", "actor", "action"):
            page = client.get("/desk/history", params={name: text})
            assert page.status_code == 200
            assert "Nothing." in page.text, (name, text)
        given = {"address": text, "name": text, "form_token": token}
        assert client.post("/desk/accounts", data=given).status_code == 422
        assert client.get("/desk/history", params={"before": text}).status_code == 400
    post(client, "/desk/me", {"name": "'; DROP TABLE account; --", "zone": "UTC"})
    assert "&#39;; DROP TABLE account; --" in client.get("/desk/accounts").text


def test_the_owner_of_a_thing_is_asked_for_its_own_id_not_for_another(db, ids):
    with db.begin() as session:
        a_list(session, "night")
    both = {"list_slug": "daily", "edition_id": ids["edition_id"]}
    assert len(lists_of(db, both)) == 1
    with pytest.raises(NotFound):
        lists_of(db, both | {"list_slug": "night"})
    assert lists_of(db, {"account_id": str(UUID(int=1))}) is None
