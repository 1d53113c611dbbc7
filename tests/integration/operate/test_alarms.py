"""Alarms: rows that open and close once, and messages that get out, on both databases."""

import http.server
import json
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from digest.actions.keep_up import beat
from digest.actions.relays import seed_relay
from digest.actions.tell_alarm import tell_alarm
from digest.actions.tick import Work, tick
from digest.actions.watch import watch
from digest.clock import monotonic
from digest.domain.alarm import QUIET, AlarmKind
from digest.fetch import Fetcher
from digest.store.alarms import Alarm, AlarmNotice
from digest.store.heartbeats import ProcessKind
from digest.store.relays import Relay
from tests.builders import NOW


@pytest.fixture
def hook():
    """A web server that keeps what is posted to it, and answers as it is told to."""
    bodies: list[dict] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        status = 204

        def do_POST(self):
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if self.status < 300:
                bodies.append(json.loads(content))
            self.send_response(self.status)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/alarms", bodies, Handler
    server.shutdown()
    server.server_close()


@pytest.fixture
def service(db, settings, hook):
    """A service that is well but for its relay, and the settings that it runs under."""
    told = settings.model_copy(
        update={"alarm_mail": "duty@news.example", "alarm_webhook": _secret(hook[0])}
    )
    seed_relay(db, told, NOW)
    for kind in ProcessKind:
        beat(db, told, kind, _database_now(db))
    return told


def _secret(url):
    from pydantic import SecretStr

    return SecretStr(url)


def _database_now(db):
    from digest.store.engine import database_time

    with db.read() as session:
        return database_time(session)


def break_relay(db, failures):
    with db.begin() as session:
        relay = session.scalars(select(Relay)).one()
        relay.failures, relay.error = failures, "The relay refused the connection."


def alarms(db):
    with db.read() as session:
        return session.scalars(select(Alarm).order_by(Alarm.opened_at)).all()


def tell_all(db, settings, now):
    for ring in tick(db, now):
        if ring.work is Work.TELL:
            tell_alarm(db, settings, Fetcher(settings), ring.id, now)


def mails(settings):
    folder = settings.home_path / "outbox" / "new"
    return (
        sorted((path.read_text() for path in folder.iterdir()), key=len) if folder.exists() else []
    )


def test_an_incident_is_told_once_by_mail_and_webhook_and_once_when_it_is_over(db, service, hook):
    _, bodies, _ = hook
    break_relay(db, 5)
    for minute in range(5):
        now = NOW + timedelta(minutes=minute)
        watch(db, service, now)
        tell_all(db, service, now)
    (alarm,) = alarms(db)
    assert alarm.kind is AlarmKind.RELAY_FAILS
    assert [body["event"] for body in bodies] == ["opened"]
    assert "failed 5 times in a row" in bodies[0]["sentence"]
    assert len(mails(service)) == 1

    break_relay(db, 0)
    over = NOW + timedelta(minutes=6)
    for now in (over, over + QUIET / 2, over + QUIET, over + 2 * QUIET):
        watch(db, service, now)
        tell_all(db, service, now)
    assert [body["event"] for body in bodies] == ["opened", "closed"]
    assert len(mails(service)) == 2
    assert "Subject: Over: relay fails" in mails(service)[0]
    assert "What to do:" in mails(service)[1]
    assert alarms(db)[0].closed_at == over + QUIET


def test_the_same_fault_later_is_a_new_incident(db, service):
    for now in (NOW, NOW + timedelta(hours=2)):
        break_relay(db, 5)
        watch(db, service, now)
        break_relay(db, 0)
        watch(db, service, now + timedelta(minutes=1))
        watch(db, service, now + timedelta(minutes=1) + QUIET)
    assert [alarm.closed_at is not None for alarm in alarms(db)] == [True, True]


def test_many_beats_open_one_alarm(db, service):
    break_relay(db, 5)
    beats = [threading.Thread(target=watch, args=(db, service, NOW)) for _ in range(4)]
    for one in beats:
        one.start()
    for one in beats:
        one.join()
    assert len(alarms(db)) == 1
    with db.read() as session:
        assert len(session.scalars(select(AlarmNotice)).all()) == 2


def test_a_webhook_that_fails_is_tried_again_and_says_why(db, service, hook):
    _, bodies, handler = hook
    handler.status = 500
    break_relay(db, 5)
    watch(db, service, NOW)
    tell_all(db, service, NOW)
    with db.read() as session:
        errors = [row.error for row in session.scalars(select(AlarmNotice)) if row.error]
    assert errors == ["127.0.0.1 answered 500 (Internal Server Error); it is tried again later."]
    handler.status = 200
    tell_all(db, service, NOW + timedelta(seconds=30))
    assert bodies == [], "not due yet"
    tell_all(db, service, NOW + timedelta(seconds=61))
    assert len(bodies) == 1


@pytest.mark.parametrize("hours", [-1, 1])
def test_how_long_a_beat_has_run_is_no_matter_of_its_hosts_clock(db, settings, monkeypatch, hours):
    """A worker that starts beside it has two minutes to be heard of, and no more."""
    seed_relay(db, settings, NOW)
    found = []
    for seconds in (1, 119, 121):
        monkeypatch.setattr("digest.actions.keep_up._BEGAN", monotonic() - seconds)
        beat(db, settings, ProcessKind.BEAT, _database_now(db) + timedelta(hours=hours))
        watch(db, settings, NOW)
        found.append(AlarmKind.NO_WORKER in {one.kind for one in alarms(db)})
    assert found == [False, False, True]
