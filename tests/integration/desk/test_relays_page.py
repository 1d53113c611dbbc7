"""Relays and rates at the desk: changed while sending, and written into the history."""

import pytest

from digest.actions.relays import seed_relay
from digest.clock import utc_now
from digest.domain.rate import Scope
from digest.store.audit import history_of
from digest.store.relays import find_relay
from digest.store.throttles import find_throttle
from tests.builders import a_sending_campaign
from tests.desk import logged_in, post

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def relay(db, settings):
    seed_relay(db, settings, utc_now())
    with db.read() as session:
        return find_relay(session, "default").id


def now_of(db, name="default"):
    with db.read() as session:
        row = find_relay(session, name)
        return row.enabled, row.weight, row.connections


def test_an_operator_changes_how_a_relay_is_used_and_how_fast(client, db, relay):
    logged_in(client, "operator")
    fields = {"relay": "default", "enabled": "yes", "weight": "3", "connections": "20"}
    assert post(client, "/desk/relays/use", fields).status_code == 303
    assert now_of(db) == (True, 3, 20)
    assert post(client, "/desk/relays/use", {"relay": "default", "weight": "3"}).status_code == 303
    assert now_of(db) == (False, 3, None)
    assert post(client, "/desk/relays/rate", {"relay": "default", "rate": "100/s"}).is_redirect
    page = client.get("/desk/relays").text
    assert 'value="100/s"' in page
    assert "default sends at most 100/s." in page
    with db.read() as session:
        changes = [(entry.before, entry.after) for entry in history_of(session, "relay", relay, 9)]
    assert changes == [
        ({"enabled": True, "connections": 20}, {"enabled": False, "connections": None}),
        ({"weight": 1, "connections": None}, {"weight": 3, "connections": 20}),
    ]


@pytest.mark.parametrize(
    ("path", "fields", "says"),
    [
        ("use", {"relay": "default", "weight": "many"}, "Weight needs a whole number."),
        ("use", {"relay": "default", "weight": "5000"}, "from 0 to 1000"),
        ("use", {"relay": "nobody", "weight": "1"}, "There is no relay"),
        ("rate", {"relay": "default", "rate": "fast"}, "is not a rate"),
        ("domain", {"domain": "slow.example", "rate": ""}, "There is no limit for slow.example"),
    ],
)
def test_what_can_not_be_is_said_and_changes_nothing(client, db, relay, path, fields, says):
    logged_in(client, "operator")
    answer = post(client, f"/desk/relays/{path}", fields)
    assert answer.status_code == 422
    assert says in answer.text
    assert now_of(db) == (True, 1, None)


def test_a_domain_gets_a_limit_and_loses_it(client, db, relay):
    logged_in(client, "operator")
    post(client, "/desk/relays/domain", {"domain": "slow.example", "rate": "5/s"})
    assert "the limit of slow.example" in client.get("/desk/relays").text
    post(client, "/desk/relays/domain", {"domain": "slow.example", "rate": ""})
    assert "the limit of slow.example" not in client.get("/desk/relays").text


def test_only_an_admin_says_where_mail_goes_and_never_into_a_folder(client, db, relay):
    new = {"name": "main", "url": "smtp://news:secret@mail.example:587"}
    logged_in(client, "operator")
    assert post(client, "/desk/relays", new).status_code == 403
    logged_in(client, "admin")
    for url in ("maildir:///etc", "smtps://mail.example?ca=/etc/shadow", "ftp://x"):
        assert post(client, "/desk/relays", new | {"url": url}).status_code == 422
    assert post(client, "/desk/relays", new).status_code == 303
    page = client.get("/desk/relays").text
    assert "smtp://news@mail.example:587" in page
    assert "secret" not in page.replace("smtp://news:secret@mail.example:587?starttls", "")
    assert now_of(db, "main") == (True, 1, None)


def test_slow_down_on_a_campaigns_page_is_about_that_campaign(client, db, settings, relay):
    campaign = a_sending_campaign(db, settings, ["maria@post.example"])
    logged_in(client, "operator")
    here = f"/desk/campaigns/{campaign}"
    assert post(client, f"{here}/rate", {"rate": "20/s"}).status_code == 303
    page = client.get(here).text
    assert "The campaign gets 20 a second (set by hand)." in page
    assert "slowed down" in page
    with db.read() as session:
        assert find_throttle(session, (Scope.RELAY, str(relay))) is None
    assert f'href="{here}">The Daily Brief no. 1</a>' in client.get("/desk/relays").text
    post(client, f"{here}/rate", {"rate": ""})
    assert "The campaign gets" not in client.get(here).text
    assert post(client, f"{here}/rate", {"rate": "soon"}).status_code == 400
