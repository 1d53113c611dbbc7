"""Who is shown readers' addresses, at the desk or by the API, is written down."""

import re
import socket

import pytest
from sqlalchemy import select

from digest.actions.see import SAW
from digest.domain.role import Role
from digest.store.audit import AuditEntry
from digest.web.api.routes import API_ROUTES
from tests.commands import environment, run_digest
from tests.desk import desk_client, logged_in, pages_of
from tests.desk_world import a_world
from tests.integration.api.conftest import as_role

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ADDRESS = re.compile(r"[a-z0-9]+@post\.example")


def sights(db):
    with db.read() as session:
        return session.scalars(select(AuditEntry).where(AuditEntry.action == SAW)).all()


@pytest.fixture
def world(db, settings):
    return a_world(db, settings)


def test_every_page_of_the_desk_that_shows_an_address_is_recorded(db, settings, world):
    with desk_client(db, settings) as client:
        logged_in(client, Role.ADMIN)
        shown = set()
        for name, path in pages_of({**world.ids, "name": "days"}):
            before = len(sights(db))
            if ADDRESS.search(client.get(path).text):
                shown.add(name)
                assert len(sights(db)) > before, f"{name} shows addresses: say so in its route"
    assert {"/desk/people/{subscriber_id}", "/desk/imports/{import_id}"} <= shown
    (entry,) = [one for one in sights(db) if one.noun == "subscriber"]
    assert (entry.actor, entry.noun_id) == ("admin@news.example", world.ids["subscriber_id"])
    assert entry.client == "testclient"


def test_every_answer_of_the_api_that_shows_an_address_is_recorded(db, settings, world):
    shown = set()
    with desk_client(db, settings) as client:
        as_role(client, Role.ADMIN)
        for route in API_ROUTES:
            named = set(re.findall(r"{(\w+)}", route.path))
            if route.method != "GET" or not named <= world.ids.keys():
                continue
            path = re.sub(r"{(\w+)}", lambda name: world.ids[name[1]], route.path)
            before = len(sights(db))
            if ADDRESS.search(client.get(path).text):
                shown.add(route.path.rpartition("/")[2])
                assert len(sights(db)) > before, f"{route.path} shows addresses: say so there"
    assert {"deliveries", "subscribers", "subscribers.csv", "{subscriber_id}"} <= shown
    assert {one.actor for one in sights(db)} == {"admin@news.example (token test)"}


@pytest.mark.parametrize(
    "words",
    [
        ["subscriber", "list", "--list", "daily"],
        ["subscriber", "show", "reader1@post.example"],
        ["subscriber", "export", "--list", "daily"],
        ["campaign", "deliveries", "latest", "--json"],
    ],
)
def test_a_command_that_shows_an_address_is_recorded(db, settings, world, database_url, words):
    key = settings.suppression_key.get_secret_value()
    env = environment(home=settings.home, database_url=database_url, suppression_key=key)
    assert ADDRESS.search(run_digest(env, "--actor", "edda", *words))
    (entry,) = sights(db)
    assert (entry.actor, entry.client) == ("edda", f"command line of {socket.gethostname()}")
