"""What lies around every page: headers, limits, failures, and no leak in any of them."""

import logging
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from digest.actions.keep_up import beat
from digest.clock import utc_now
from digest.log import configure_logging
from digest.store import schema
from digest.store.engine import Database
from digest.store.heartbeats import Heartbeat, ProcessKind
from digest.tokens import Tokens
from digest.web import readers
from digest.web.app import ROUTES, create_app
from digest.web.body_limit import MAX_BODY
from digest.web.route import CSRF_EXEMPT, Guard
from tests.integration.web.paths import all_paths

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_head_answers_as_get_does_without_a_body(web, world):
    for path in all_paths(world):
        got, head = web.get(path), web.head(path)
        assert (head.status_code, head.text) == (got.status_code, "")


def test_no_page_needs_a_script_or_submits_itself(web, world):
    for path in all_paths(world):
        page = web.get(path).text.lower()
        assert "<script" not in page
        assert "http-equiv" not in page
        assert not re.search(r"\son\w+=", page)


def test_every_answer_carries_the_headers(web, world):
    answers = [web.get(path) for path in all_paths(world)]
    answers += [
        web.post(f"/u/{world.token}", data={"List-Unsubscribe": "One-Click"}),
        web.post(f"/u/{world.token}", content=b"x" * (MAX_BODY + 1)),
        web.post(f"/p/{world.token}", data={"action": "x"}),
        web.put("/healthz"),
    ]
    for answer in answers:
        headers = answer.headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "script-src" not in policy
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert "noindex" in headers["x-robots-tag"]
        assert "max-age" in headers["strict-transport-security"]
        assert "set-cookie" not in headers
        assert "server" not in headers


def test_only_the_page_of_an_edition_allows_inline_styles(web, world):
    for path in all_paths(world):
        allowed = "'unsafe-inline'" in web.get(path).headers["content-security-policy"]
        assert allowed == (path.startswith("/e/") and web.get(path).status_code == 200)


def test_pages_behind_a_token_are_never_stored(web, world):
    for path in all_paths(world):
        if path[:3] in {"/u/", "/p/", "/e/"}:
            assert web.get(path).headers["cache-control"] == "no-store"


def test_style_sheets_are_kept_for_good_under_a_name_of_their_content(web):
    page = web.get("/about-links").text
    sheet = web.get(re.search(r"/static/readers-[0-9a-f]{12}\.css", page)[0])
    assert "immutable" in sheet.headers["cache-control"]
    assert sheet.headers["content-type"].startswith("text/css")
    assert web.get("/static/readers.css").status_code == 404
    assert web.get("/static/..%2f..%2fapp.py").status_code == 404


def test_pages_show_no_whole_address(web, world):
    for path in all_paths(world):
        text = web.get(path).text
        assert "maria@" not in text
        assert "boris@" not in text
    assert "m…@post.example" in web.get(f"/u/{world.token}").text


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_that_is_too_large_is_refused(web, world, declared):
    before = world.everything()
    body = b"List-Unsubscribe=One-Click&x=" + b"y" * MAX_BODY
    chunks = body if declared else iter([body[:1000], body[1000:]])
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = web.post(f"/u/{world.token}", content=chunks, headers=form)
    assert answer.status_code == 413
    assert world.everything() == before


def test_a_body_at_the_limit_is_read(web, world):
    body = b"List-Unsubscribe=One-Click&x="
    body += b"y" * (MAX_BODY - len(body))
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert web.post(f"/u/{world.token}", content=body, headers=form).status_code == 200


def test_what_nobody_foresaw_is_a_plain_page_and_a_log_line_without_the_token(
    web, world, monkeypatch, capsys
):
    def broken(*args, **kwargs):
        raise ZeroDivisionError("the inner workings")

    monkeypatch.setattr(readers, "show_subscription", broken)
    root = logging.getLogger()
    kept = root.handlers[:], root.level
    try:
        configure_logging("console", "WARNING")  # below it the test's own client logs addresses
        answer = web.get(f"/u/{world.token}")
    finally:
        root.handlers[:] = kept[0]
        root.setLevel(kept[1])
    said = capsys.readouterr()
    assert answer.status_code == 500
    assert "inner workings" not in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "ZeroDivisionError" in said.err
    assert "/u/{token}" in said.err
    assert world.token not in said.out + said.err


def test_a_database_that_is_gone_is_said_plainly(database_url, settings):
    gone = Database("postgresql://digest:s3cret@127.0.0.1:9/none")
    token = Tokens(settings.secret).subscription(uuid4(), uuid4())
    with TestClient(create_app(gone, settings)) as client:
        page, ready = client.get(f"/u/{token}"), client.get("/readyz")
        assert client.get("/healthz").status_code == 200
    assert (page.status_code, ready.status_code) == (503, 503)
    assert page.headers["retry-after"] == "30"
    assert "digest:" not in page.text + ready.text


def test_ready_means_reachable_and_migrated(web, settings, world):
    assert web.get("/readyz").status_code == 200
    schema.downgrade(world.db, "base")
    with TestClient(create_app(world.db, settings)) as client:
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "digest db upgrade" in answer.text


def test_a_broker_that_is_gone_is_said_and_takes_no_page_away(db, settings, valkey):
    told = settings.model_copy(update={"redis_url": SecretStr(valkey.url)})
    beat(db, told, ProcessKind.BEAT, utc_now())
    with TestClient(create_app(db, told)) as client:
        assert client.get("/readyz").text == "ready\n"
        valkey.kill()
        answer = client.get("/readyz")
    assert answer.status_code == 200
    assert "The broker (Redis) does not answer" in answer.text
    assert valkey.url not in answer.text


def test_only_tokens_may_change_something_for_readers(web):
    for route in ROUTES:
        assert (route.guard is Guard.TOKEN) == ("{token}" in route.path)
        assert route.method == "GET" or route.guard in CSRF_EXEMPT


def test_a_beat_that_is_silent_is_said_and_takes_no_page_away(db, settings):
    with TestClient(create_app(db, settings)) as client:
        never = client.get("/readyz")
        beat(db, settings, ProcessKind.BEAT, utc_now())
        lives = client.get("/readyz")
        with db.begin() as session:
            session.query(Heartbeat).one().seen_at -= timedelta(seconds=61)
        silent = client.get("/readyz")
        assert client.get("/healthz").status_code == 200
    assert [answer.status_code for answer in (never, lives, silent)] == [200, 200, 200]
    assert lives.text == "ready\n"
    assert never.text == silent.text
    assert "No beat was heard of for a minute" in silent.text


def test_a_schema_that_is_behind_or_wants_newer_code_is_not_ready(db, settings):
    with TestClient(create_app(db, settings)) as client:
        schema.downgrade(db, "-1")
        behind = client.get("/readyz")
        schema.upgrade(db)
        with db.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        ahead = client.get("/readyz")  # as in an upgrade without a pause
        with db.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE code_gate SET lowest = '9999'")
        too_old = client.get("/readyz")
    assert [behind.status_code, ahead.status_code, too_old.status_code] == [503, 200, 503]
    assert "revision" in behind.text
    assert "newer version" in too_old.text
