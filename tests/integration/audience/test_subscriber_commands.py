"""``digest subscriber`` and ``digest suppression``, as they are typed."""

import json

import pytest

from digest.actions.subscribe import add_subscriber
from digest.cli import subscriber, suppression
from digest.domain.errors import Illegal
from tests.builders import NOW, a_list
from tests.commands import called_here

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def run(db, database_url, monkeypatch):
    with db.begin() as session:
        a_list(session, sections=("Trade", "Water"))
    key = "another secret for tests, also long"
    with called_here(monkeypatch, database_url=database_url, suppression_key=key) as call:
        yield call


def test_a_person_is_added_shown_taken_off_and_erased(run):
    words = ("ana@post.example", "--list", "daily", "--topic", "Water", "--hour", "7")
    assert "is on daily now" in run(subscriber.app, "add", *words)
    assert "nothing changed" in run(subscriber.app, "add", *words)
    listed = json.loads(run(subscriber.app, "list", "--list", "daily", "--json"))
    assert listed["counts"] == {"confirmed": 1}
    assert listed["members"][0]["topics"] == ["Water"]
    shown = run(subscriber.app, "show", "ana@post.example")
    assert "daily: confirmed, each, Water, at 07:00" in shown
    assert "  no deliveries\n" in shown
    left = run(subscriber.app, "unsubscribe", "ana@post.example", "--list", "daily")
    assert "gets no more mail of daily" in left
    as_json = json.loads(run(subscriber.app, "show", "ana@post.example", "--json"))
    assert as_json["subscriptions"][0]["state"] == "unsubscribed"
    assert as_json["suppressed"] is None
    assert "erased" in run(subscriber.app, "erase", "ana@post.example", "--yes")
    assert "(erased)" in run(subscriber.app, "list", "--list", "daily")


def test_leaving_all_suppresses(run, db, settings):
    add_subscriber(db, settings, "ana@post.example", list_slug="daily", now=NOW, actor="test")
    assert "any list" in run(subscriber.app, "unsubscribe", "ana@post.example", "--all")
    kept = json.loads(run(suppression.app, "list", "--json"))
    assert [(row["address"], row["reason"]) for row in kept] == [
        ("ana@post.example", "unsubscribed_all")
    ]
    assert "unsubscribed_all" in run(suppression.app, "remove", "ana@post.example")


def test_a_suppression_is_added_listed_and_removed(run):
    note = ("--note", "asked [by] phone")
    assert "is suppressed now" in run(suppression.app, "add", "ana@post.example", *note)
    assert "already" in run(suppression.app, "add", "ana@post.example")
    listed = run(suppression.app, "list")
    assert "manual" in listed
    assert "[by]" in listed  # it is no mark-up
    assert "may get mail again" in run(suppression.app, "remove", "ana@post.example")
    assert json.loads(run(suppression.app, "list", "--json")) == []


def test_leaving_needs_one_list_or_all(run):
    with pytest.raises(Illegal, match="--list SLUG, or --all"):
        run(subscriber.app, "unsubscribe", "ana@post.example")
    with pytest.raises(Illegal, match="--list SLUG, or --all"):
        run(subscriber.app, "unsubscribe", "ana@post.example", "--all", "--list", "daily")
