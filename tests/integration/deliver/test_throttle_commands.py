"""``digest throttle``, ``digest relay set`` and ``digest list quiet``, as they are typed."""

import json

import pytest
from sqlalchemy import select

from digest.actions.relays import add_relay
from digest.cli import list as list_
from digest.cli import relay, throttle
from digest.domain.errors import Illegal, NotFound
from digest.store.audit import AuditEntry
from digest.store.lists import find_list
from tests.builders import NOW, a_list
from tests.commands import called_here

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def run(db, settings, database_url, monkeypatch):
    add_relay(db, settings, name="main", url="smtp://mail.example", now=NOW, actor="test")
    with db.begin() as session:
        a_list(session)
    with called_here(monkeypatch, database_url=database_url) as call:
        yield call


def audited(db, noun):
    with db.read() as session:
        found = session.scalars(select(AuditEntry).where(AuditEntry.noun == noun))
        return [(entry.action, entry.before, entry.after) for entry in found]


def test_limits_are_set_shown_and_taken_away(db, run):
    assert "gets 1200/min at most" in run(throttle.app, "set", "Slow.Example", "1200 per minute")
    run(throttle.app, "set", "*", "50/s")
    run(relay.app, "set", "main", "--rate", "100/s", "--warm-up", "500", "--warm-up-days", "7")
    shown = {one["name"]: one for one in json.loads(run(throttle.app, "list", "--json"))}
    assert {name: one["rate"] for name, one in shown.items()} == {
        "main": "100/s",
        "*": "50/s",
        "slow.example": "1200/min",
    }
    assert shown["main"]["why"] == "warming up: 500 of 500 left on day 1"
    assert shown["slow.example"]["present_rate"] == 20
    assert "slow.example" in run(throttle.app, "list")
    run(throttle.app, "clear", "slow.example")
    run(throttle.app, "clear", "*")
    run(relay.app, "set", "main", "--rate", "none", "--warm-up", "0")
    assert json.loads(run(throttle.app, "list", "--json")) == []
    assert len(audited(db, "throttle")) == 8
    assert ("throttled", "50/s", None) in [
        (action, before["rate"], after["rate"]) for action, before, after in audited(db, "throttle")
    ]


def test_a_relay_is_given_a_weight_and_a_limit_of_connections(db, run):
    run(relay.app, "set", "main", "--weight", "3", "--connections", "20")
    (shown,) = json.loads(run(relay.app, "list", "--json"))
    assert (shown["weight"], shown["connections"]) == (3, 20)
    run(relay.app, "set", "main", "--connections", "0")
    assert json.loads(run(relay.app, "list", "--json"))[0]["connections"] is None
    assert ("weighed", {"weight": 1}, {"weight": 3}) in audited(db, "relay")
    assert ("limited", {"connections": 20}, {"connections": None}) in audited(db, "relay")


def test_what_makes_no_sense_is_refused_in_a_sentence(run):
    with pytest.raises(Illegal, match="Say what to change"):
        run(relay.app, "set", "main")
    with pytest.raises(Illegal, match="from 1 to 10000"):
        run(relay.app, "set", "main", "--connections", "-1")
    with pytest.raises(Illegal, match="is not a rate"):
        run(throttle.app, "set", "slow.example", "fast")
    with pytest.raises(Illegal, match="is not a domain name"):
        run(throttle.app, "set", "not a domain", "1/s")
    with pytest.raises(NotFound, match="There is no limit for"):
        run(throttle.app, "clear", "slow.example")
    with pytest.raises(NotFound, match="There is no relay 'other'"):
        run(relay.app, "set", "other", "--rate", "1/s")


def test_quiet_hours_are_set_and_taken_away(db, run):
    said = run(list_.app, "quiet", "daily", "10pm-6am", "--by", "subscriber")
    assert "daily is quiet at 22:00-06:00 by the subscriber's clocks." in said
    assert json.loads(run(list_.app, "show", "daily"))["quiet_hours"]["begins"] == 22 * 60
    assert "daily has no quiet hours." in run(list_.app, "quiet", "daily", "none")
    with db.read() as session:
        assert find_list(session, "daily").quiet_hours is None
    assert [action for action, _, _ in audited(db, "mailing_list")] == ["quiet hours"] * 2
