"""``digest key``, as it is typed."""

import json
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from digest.cli import key as command
from digest.domain.errors import Illegal, NotFound
from digest.store.audit import AuditEntry
from digest.store.signing_keys import SigningKey

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def clock(monkeypatch):
    """The time at which commands are typed."""
    moments = {"now": datetime(2026, 3, 10, 7, 0, tzinfo=UTC)}
    monkeypatch.setattr(command, "utc_now", lambda: moments["now"])
    return lambda *when: moments.update(now=datetime(*when, tzinfo=UTC))


def states(run):
    return {row["selector"]: row["state"] for row in json.loads(run("list", "--json"))}


def test_a_pair_of_keys_lives_from_its_making_to_its_retirement(run, clock):
    made = run("create", "News.example")
    assert "20260310-rsa._domainkey.news.example" in made
    assert "digest key activate news.example 20260310-rsa 20260310-ed25519" in made
    assert states(run) == {"20260310-rsa": "new", "20260310-ed25519": "new"}
    said = run("activate", "news.example", "20260310-rsa", "20260310-ed25519")
    assert "signed with 20260310-rsa and 20260310-ed25519" in said
    clock(2026, 6, 1)
    assert "20260601-rsa._domainkey" in run("rotate", "news.example")
    assert states(run)["20260310-rsa"] == "signing"
    fresh = ("20260601-rsa", "20260601-ed25519")
    said = run("activate", "news.example", *fresh, "--at", "2026-06-02T09:00+02:00")
    assert "From 2026-06-02 07:00 UTC on" in said
    assert states(run)["20260601-rsa"] == "scheduled"
    clock(2026, 6, 2, 7)
    assert states(run) == {
        "20260310-rsa": "replaced",
        "20260310-ed25519": "replaced",
        "20260601-rsa": "signing",
        "20260601-ed25519": "signing",
    }
    assert "is retired" in run("retire", "news.example", "20260310-rsa")
    assert states(run)["20260310-rsa"] == "retired"
    assert "20260601-rsa" in run("list")


def test_the_record_is_printed_in_strings_that_no_line_break_cuts(run):
    run("create", "news.example", "--algorithm", "rsa", "--selector", "spring")
    shown = run("show", "news.example", "SPRING")
    [value] = re.findall("^Value: (.*)$", shown, re.MULTILINE)
    strings = re.findall('"([^"]*)"', value)
    assert [len(piece) for piece in strings] == [255, len("".join(strings)) - 255]
    row = json.loads(run("show", "news.example", "--json"))[0]
    assert row["dns"]["name"] == "spring._domainkey.news.example"
    assert row["dns"]["value"] == "".join(strings)
    assert row["dns"]["strings"] == strings


def test_private_keys_are_sealed_and_nowhere_shown(run, db):
    printed = run("create", "news.example") + run("show", "news.example", "--json")
    with db.read() as session:
        rows = session.scalars(select(SigningKey)).all()
        entries = session.scalars(select(AuditEntry)).all()
    kept = " ".join(str(entry.after) for entry in entries)
    for row in rows:
        assert "PRIVATE KEY" not in row.sealed_private_key
        assert row.sealed_private_key not in printed + kept


def test_every_change_is_in_the_audit_with_who_made_it(run, db):
    run("create", "news.example", "--selector", "spring")
    run("activate", "news.example", "spring-rsa", "spring-ed25519")
    run("retire", "news.example", "spring-ed25519")
    with db.read() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [(entry.action, entry.after["selector"]) for entry in entries] == [
            ("created", "spring-rsa"),
            ("created", "spring-ed25519"),
            ("activated", "spring-rsa"),
            ("activated", "spring-ed25519"),
            ("retired", "spring-ed25519"),
        ]
        assert entries[2].before["active_from"] is None
        assert {entry.noun for entry in entries} == {"signing_key"}
        assert all(entry.actor for entry in entries)


def test_two_keys_made_on_one_day_have_selectors_of_their_own(run, clock):
    run("create", "news.example", "--algorithm", "rsa")
    run("create", "news.example", "--algorithm", "rsa")
    run("create", "other.example", "--algorithm", "rsa")
    rows = json.loads(run("list", "--json"))
    assert [(row["domain"], row["selector"]) for row in rows] == [
        ("news.example", "20260310-rsa"),
        ("news.example", "20260310-2-rsa"),
        ("other.example", "20260310-rsa"),
    ]


def test_ed25519_alone_comes_with_a_warning(run):
    run("create", "news.example", "--algorithm", "ed25519", "--selector", "s")
    assert "Not all receivers know Ed25519" in run("activate", "news.example", "s")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("create news.example --selector a --algorithm rsa", "has a key 'a' already"),
        ("create news.example --selector a_b", "can't be a selector"),
        ("create news", "is not a domain name"),
        ("rotate other.example", "No key signs for other.example yet"),
        ("activate news.example a", "a signs for news.example already"),
        ("activate news.example b c", "Of each algorithm one key signs"),
        ("activate news.example b --at 2020-01-01", "is over"),
        ("activate news.example b --at noon", "is not a time"),
        ("activate news.example old", "retired keys don't come back"),
        ("activate news.example d", "has no signing key 'd' .known: a, b, c, old."),
        ("retire news.example a", "only key that signs for news.example"),
        ("retire news.example old", "was retired before"),
        ("show news.example d", "no such key"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(run, words, sentence):
    for selector in ("a", "b", "c", "old"):
        run("create", "news.example", "--algorithm", "rsa", "--selector", selector)
    run("activate", "news.example", "a")
    run("retire", "news.example", "old")
    with pytest.raises((Illegal, NotFound), match=sentence):
        run(*words.split())


def test_the_last_key_goes_only_by_force(run):
    run("create", "news.example", "--algorithm", "rsa", "--selector", "a")
    run("activate", "news.example", "a")
    assert "signed with nothing" in run("retire", "news.example", "a", "--force")
