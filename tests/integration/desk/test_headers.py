"""Each page of the desk runs our scripts alone, in no other site's frame, by TLS alone (S-25)."""

import re

import pytest

from digest.store.accounts import account_of
from tests.desk import logged_in, pages_of
from tests.desk_world import a_world

YEAR = 365 * 24 * 3600  # seconds


@pytest.fixture
def database_url(tmp_path):
    """One kind is enough: headers don't hang on it."""
    return f"sqlite:///{tmp_path / 'digest.db'}"


@pytest.fixture
def answers(client, db, settings):
    """What each page of the desk answers, by its pattern."""
    assert settings.public_url.startswith("https://")
    world = a_world(db, settings)
    logged_in(client, "admin")
    with db.read() as session:
        me = account_of(session, "admin@news.example").id
    ids = world.ids | {"account_id": str(me), "name": "editions", "edition_id": str(world.draft)}
    found = {pattern: client.get(path) for pattern, path in pages_of(ids)}
    assert len(found) > 20
    return found | {"nowhere": client.get("/desk/nowhere")}


def policy_of(answer):
    """Its content security policy as sources by directive."""
    parts = answer.headers["content-security-policy"].split(";")
    return {words[0]: set(words[1:]) for part in parts if (words := part.split())}


def test_nothing_runs_but_what_we_serve_and_nobody_frames_it(answers):
    for pattern, answer in answers.items():
        policy = policy_of(answer)
        assert policy["default-src"] == {"'none'"}, pattern
        is_boxed = "sandbox" in policy  # a mail as it is, in a frame where nothing runs
        assert policy.get("script-src", set()) <= {"'self'"}, pattern
        if is_boxed:
            assert policy["sandbox"] == set(), pattern
            assert "script-src" not in policy, pattern
        else:
            assert policy["frame-ancestors"] == {"'none'"}, pattern
            assert policy["base-uri"] == {"'none'"}, pattern
            assert policy["form-action"] == {"'self'"}, pattern
            words = set().union(*policy.values())
            assert not words & {"'unsafe-inline'", "'unsafe-eval'", "*", "https:"}, pattern


def test_no_page_needs_what_the_policy_forbids(answers):
    for pattern, answer in answers.items():
        is_page = answer.headers["content-type"].startswith("text/html")
        if is_page and "sandbox" not in policy_of(answer):
            assert not re.search(r"<script(?![^>]*\ssrc=)", answer.text), pattern
            assert not re.search(r"<style|<[^>]+\sstyle=|<[^>]+\son[a-z]+=", answer.text), pattern
            assert not re.search(r'(?:src|href)="(?:javascript|data):', answer.text), pattern


def test_browsers_come_by_tls_alone_and_take_no_content_for_another_kind(answers):
    for pattern, answer in answers.items():
        age = re.search(r"max-age=(\d+)", answer.headers["strict-transport-security"])
        assert age, pattern
        assert int(age[1]) >= YEAR, pattern
        assert answer.headers["x-content-type-options"] == "nosniff", pattern
        assert answer.headers["referrer-policy"] in ("no-referrer", "same-origin"), pattern
        assert answer.headers["cross-origin-opener-policy"] == "same-origin", pattern
