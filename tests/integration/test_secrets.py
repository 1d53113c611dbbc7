"""Secrets stay where they were put (S-21): a day's work with marked ones, and none of them in logs,
pages, numbers, tracebacks, Celery's events, the database or Redis."""

import base64
import io
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from celery import Celery
from fastapi.testclient import TestClient
from redis import Redis

from digest.actions.api_tokens import make_token
from digest.actions.examine import examine
from digest.actions.mailboxes import add_mailbox
from digest.actions.relays import add_relay, seed_relay
from digest.actions.signing_keys import create_keys
from digest.clock import utc_now
from digest.domain.role import Role
from digest.domain.signing_key import KeyAlgorithm
from digest.log import configure_logging
from digest.settings import load_settings
from digest.store import schema
from digest.store.engine import Database
from digest.store.feedback import FeedbackEvent
from digest.web.app import create_app
from tests.builders import a_list, a_source, a_subscriber
from tests.commands import environment
from tests.desk import an_account, logged_in, pages_of, post
from tests.integration.test_logs import due_now
from tests.processes import CELERY, running
from tests.servers import free_port, wait_until

NAMES = "secret suppression redis smtp relay mailbox database webhook ping metrics mailgun postmark"
MARKS = {name: f"canary-{name}-5d3b1c77a0fe4f1c9e2b-long-enough" for name in NAMES.split()}
PASSWORD = "canary-password at the quay of Amsel"


@pytest.fixture
def given(postgres, valkey, tmp_path):
    """Settings with a marked secret in each place that takes one."""
    valkey_client = Redis.from_url(valkey.url)
    valkey_client.config_set("requirepass", MARKS["redis"])
    plain, shut = postgres.create_database(f"secrets_{free_port()}"), free_port()
    return {
        "home": tmp_path / "home",
        "database_url": plain.replace("digest@", f"digest:{MARKS['database']}@"),
        "redis_url": valkey.url.replace("redis://", f"redis://:{MARKS['redis']}@"),
        "secret_key": MARKS["secret"],
        "suppression_key": MARKS["suppression"],
        "smtp_url": f"smtp://news:{MARKS['smtp']}@127.0.0.1:{shut}?starttls=none",
        "alarm_webhook": f"http://127.0.0.1:{shut}/{MARKS['webhook']}",
        "ping_url": f"http://127.0.0.1:{shut}/{MARKS['ping']}",
        "metrics_token": MARKS["metrics"],
        "mailgun_key": MARKS["mailgun"],
        "postmark_login": f"hooks:{MARKS['postmark']}",
        "fetch_allow": "127.0.0.0/8",
        "log_level": "DEBUG",
        "log_format": "json",
    }


@pytest.fixture
def service(given):
    settings = load_settings(**given)
    db = Database(settings.database)
    schema.upgrade(db)
    yield db, settings
    db.close()


@pytest.fixture
def written():
    """All that this process logs, down to the last detail."""
    root, stream = logging.getLogger(), io.StringIO()
    kept = root.handlers[:], root.level
    configure_logging("json", "DEBUG")
    root.handlers[0].setStream(stream)
    yield stream
    root.handlers[:] = kept[0]
    root.setLevel(kept[1])


def test_no_secret_is_found_anywhere_but_where_it_was_put(
    service, given, written, tmp_path, monkeypatch
):
    db, settings = service
    now = utc_now()
    closed = free_port()
    seed_relay(db, settings, now)
    relay = f"smtp://news:{MARKS['relay']}@127.0.0.1:{closed}?starttls=none"
    add_relay(db, settings, name="second", url=relay, now=now, actor="test")
    box = f"imap://bounces:{MARKS['mailbox']}@127.0.0.1:{closed}/INBOX?starttls=none"
    add_mailbox(db, settings, name="bounces", url=box, now=now, actor="test")
    with db.begin() as session:
        mailing_list = a_list(session)
        a_source(session, url=f"http://127.0.0.1:{closed}/feed")
        a_subscriber(session, settings, "ana@port.example", mailing_list)
        an_account(session, "admin@news.example", Role.ADMIN, password=PASSWORD)
        due_now(session, mailing_list)
    keys = create_keys(
        db,
        settings,
        domain="news.example",
        algorithms=[KeyAlgorithm.ED25519],
        selector=None,
        now=now,
        actor="test",
    )
    token = make_token(
        db, "admin@news.example", name="ci", role=Role.ADMIN, days=9, now=now, actor="test"
    )[1]
    monkeypatch.setattr("digest.web.desk.health_page.service_health", broken_with(token))
    seen = [*work(db, given, settings, tmp_path)]
    with a_browser(db, settings) as web:
        pages, cookies = visit(web, db, token)
    seen += pages
    seen += [repr(list(examine(db, settings, utc_now()))), written.getvalue(), dump(db)]
    marks = [*MARKS.values(), PASSWORD, token, *cookies]
    everything = "\n".join(seen)
    assert "stint ended" in everything or "not pinged" in everything
    assert "ZeroDivisionError" in everything, "a traceback is among it"
    assert "task-received" in everything
    assert keys
    for mark in marks:
        for form in (mark, quote(mark), base64.b64encode(mark.encode()).decode().rstrip("=")):
            found = [m.start() for m in re.finditer(re.escape(form), everything)]
            around = [everything[max(0, at - 120) : at] for at in found[:3]]
            assert not found, (mark[:14], around)


def broken_with(word: str):
    """Something that breaks while it holds a secret in its hands."""

    def broken(*_):
        secret = word
        return len(secret) / 0

    return broken


def work(db, given, settings, tmp_path):
    """Beat and worker for some seconds, with Celery's events on; what they and Redis hold."""
    env, log = environment(**given), tmp_path / "log"
    worker = [*CELERY, "worker", "-E", "-P", "solo", "--without-mingle"]
    beat = [*CELERY, "beat", "--pidfile", str(tmp_path / "pid")]
    client = Redis.from_url(given["redis_url"])
    with listening(settings) as events, running(env, log, worker, beat):
        wait_until(lambda: is_done(log.read_text()), "all work is tried", 90)
        found = [repr(held(client, key)) for key in client.keys("*")]
    return [*found, log.read_text(), "\n".join(events)]


def is_done(said: str) -> bool:
    """Relays, mailbox, source and ping have been tried, and have failed."""
    tried = ("relay rests", "mailbox not read", "source failed", "not pinged")
    return all(words in said for words in tried)


def held(client: Redis, key: bytes) -> object:
    """Whatever Redis keeps under a key."""
    readers = {
        b"string": lambda: client.get(key),
        b"list": lambda: client.lrange(key, 0, -1),
        b"hash": lambda: client.hgetall(key),
        b"set": lambda: client.smembers(key),
        b"zset": lambda: client.zrange(key, 0, -1),
    }
    return key, readers.get(client.type(key), lambda: None)()


@contextmanager
def listening(settings) -> Iterator[list[str]]:
    """What Celery tells of its tasks and workers meanwhile."""
    events: list[str] = []
    app = Celery(broker=settings.redis_url.get_secret_value())
    with app.connection() as connection:
        receiver = app.events.Receiver(connection, {"*": lambda event: events.append(repr(event))})
        thread = threading.Thread(target=receiver.capture, kwargs={"wakeup": False})
        thread.start()
        try:
            yield events
        finally:
            receiver.should_stop = True
            thread.join()


def a_browser(db, settings) -> TestClient:
    """It shows a page that breaks as readers would get it."""
    app = create_app(db, settings)
    return TestClient(app, base_url=settings.public_url, raise_server_exceptions=False)


def visit(web, db, token):
    """Each page of the desk, the API, the numbers, wrong turns, and a page that breaks."""
    web.follow_redirects = False
    post(web, "/desk/sign-in", {"address": "admin@news.example", "password": PASSWORD + "x"})
    signed_in = post(web, "/desk/sign-in", {"address": "admin@news.example", "password": PASSWORD})
    logged_in(web, Role.ADMIN)
    pages = [web.get(path) for _, path in pages_of({"list_slug": "daily"})]
    bearer = {"Authorization": f"Bearer {token}"}
    pages += [web.get(f"/api/v1/{noun}", headers=bearer) for noun in ("relays", "lists", "sources")]
    pages += [web.get("/metrics", headers={"Authorization": f"Bearer {MARKS['metrics']}"})]
    pages += [web.get("/metrics"), web.get("/nowhere"), web.get("/u/nonsense"), web.get("/readyz")]
    pages += [web.post("/hooks/postmark", json={}), web.post("/hooks/mailgun", json={})]
    pages.append(web.get("/desk/health"))
    assert pages[-1].status_code >= 500
    cookies = [one.value for one in web.cookies.jar if "session" in one.name]
    cookies += re.findall(r"session=([^;]+)", signed_in.headers.get("set-cookie", ""))
    return [page.text + repr(page.headers) for page in pages], cookies


def dump(db) -> str:
    """Every row of every table."""
    assert FeedbackEvent.__table__ in schema.metadata.sorted_tables
    with db.engine.connect() as connection:
        rows = [
            repr(tuple(row))
            for table in schema.metadata.sorted_tables
            for row in connection.execute(sa.text(f'SELECT * FROM "{table.name}"'))
        ]
    return "\n".join(rows)
