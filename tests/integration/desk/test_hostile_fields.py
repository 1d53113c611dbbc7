"""What is typed into any field or address of the desk stays a value: no query is changed by it
(S-19), first or second hand, and nothing falls over it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from lxml import html
from sqlalchemy import text

from digest.domain.role import Role
from digest.store.engine import Database
from tests.desk import an_account, logged_in, pages_of
from tests.desk_world import a_world

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

NUL = "x\x00y"  # which PostgreSQL keeps in no text
HOSTILE = (
    "' OR '1'='1",
    "'; DROP TABLE account; --",
    '" UNION SELECT password_hash FROM account --',
    "1); SELECT pg_sleep(9); --",
    "$$ || (SELECT pg_sleep(9)) || $$",
    "%' AND 1=(SELECT count(*) FROM account) AND '%'='",
    "\\' OR 1=1 #",
    "{array,NULL}",
    "😀\u202e" * 20,
)
ENDS_THE_SESSION = ("sign-out", "/sessions/end", "/me/password", "/state", "/desk/first")


@dataclass(frozen=True)
class Form:
    """A form as a browser would send it: where to, what it holds, and what may be typed into."""

    path: str
    fields: dict[str, str]
    free: tuple[str, ...]


def forms_of(page: str, path: str) -> Iterator[Form]:
    for form in html.fromstring(page).forms:
        action = form.action or path
        if form.method == "POST" and not action.endswith(ENDS_THE_SESSION):
            named = {it.name for it in form.inputs if it.name}
            fields = {name: form.fields.get(name) or "" for name in named}
            yield Form(action, fields, tuple(sorted(named - {"form_token"})))


def tables(db: Database) -> list[tuple[str, int]]:
    """What there is to lose: the accounts, and the tables."""
    with db.read() as session:
        names = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        return [
            (what, session.scalar(text(what))) for what in (names, "SELECT count(*) FROM account")
        ]


@pytest.fixture
def pages(client: TestClient, db: Database, settings) -> list[str]:
    """The paths of all pages, for somebody who may do everything."""
    world = a_world(db, settings)
    logged_in(client, Role.ADMIN)
    with db.begin() as session:
        other = str(an_account(session).id)
    paths = [path for _, path in pages_of({**world.ids, "account_id": other, "name": "days"})]
    return [*paths, f"/desk/editions/{world.draft}", f"/desk/editions/{world.draft}/preview"]


def test_no_field_of_any_form_reaches_a_query_as_more_than_a_value(client, db, pages):
    before, sent, hostile = tables(db), set(), cycle(HOSTILE)
    client.headers["Origin"] = str(client.base_url).rstrip("/")
    began = time.monotonic()
    for page in pages:
        answer = client.get(page)
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        for form in forms_of(answer.text, page):
            for name in form.free:
                if (form.path, name) not in sent:
                    sent.add((form.path, name))
                    for words in (NUL, next(hostile)):
                        typed = form.fields | {name: words}
                        answer = client.post(form.path, data=typed)
                        assert answer.status_code < 500, (form.path, typed)
    assert len(sent) > 80
    assert tables(db) == before
    for page in pages:  # what was kept of it comes back from the database and is used again
        assert client.get(page).status_code < 500, page
    assert tables(db) == before
    assert time.monotonic() - began < len(sent), "nobody slept in the database"


def test_no_word_of_an_address_reaches_a_query_as_more_than_a_value(client, db, pages):
    before = tables(db)
    asked = {
        route.path: [param.name for param in route.dependant.query_params]
        for route in client.app.routes
        if isinstance(route, APIRoute) and route.path.startswith("/desk")
    }
    assert sum(map(len, asked.values())) > 10
    for pattern, path in zip(patterns(client, pages), pages, strict=True):
        for name in asked[pattern]:
            for words in (NUL, *HOSTILE):
                assert client.get(path, params={name: words}).status_code < 500, (path, name, words)
    for path in ("/desk/schedule/%00", "/desk/lists/%00/editions", "/archive/%00/1", "/join/%00"):
        assert client.get(path).status_code < 500, path
    assert tables(db) == before
    assert client.get("/desk").status_code == 200


def patterns(client: TestClient, paths: list[str]) -> Iterator[str]:
    """The route of each path."""
    routes = [it for it in client.app.routes if isinstance(it, APIRoute) and "GET" in it.methods]
    for path in paths:
        yield next(it.path for it in routes if it.path_regex.match(path))
