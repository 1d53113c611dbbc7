"""Returned mail by SMTP and LMTP: taken where it is ours, answered once it is committed."""

import asyncio
import smtplib
import threading

import pytest
from sqlalchemy import text

from digest.cli.feedback_listen import taker
from digest.domain.errors import Transient
from digest.feedback.listener import Handler, listen
from digest.store import schema
from digest.store.code_gate import set_gate
from digest.store.feedback import FeedbackEvent
from digest.tokens import Tokens
from tests.integration.feedback.mails import (
    a_bounce,
    a_readership,
    a_sent_campaign,
    delivery_to,
    return_path,
)

LOOP = "fbl@bounce.news.example"


class Listener:
    """A listener in a thread of its own, and a switch that makes taking fail."""

    def __init__(self, db, settings, *, lmtp):
        self._db, self._settings, self._lmtp = db, settings, lmtp
        self.is_away = False
        self._ready = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(),))

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)

    def client(self):
        return (smtplib.LMTP if self._lmtp else smtplib.SMTP)("127.0.0.1", self.port, timeout=30)

    def _take(self, data, recipients):
        if self.is_away:
            raise Transient("The database is away.")
        taker(self._db, self._settings)(data, recipients)

    async def _serve(self):
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        handler = Handler(Tokens(self._settings.secret), frozenset({LOOP}), self._take)
        server = await listen(handler, "127.0.0.1", 0, lmtp=self._lmtp)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()


@pytest.fixture(params=["smtp", "lmtp"])
def listener(request, db, settings):
    with Listener(db, settings, lmtp=request.param == "lmtp") as running:
        yield running


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'digest.db'}"


@pytest.fixture
def envelope(db, settings):
    return return_path(settings, delivery_to(db, a_sent_campaign(db, a_readership(db, settings))))


def events(db):
    with db.read() as session:
        return [(one.evidence, one.effect) for one in session.query(FeedbackEvent)]


def test_a_mail_to_a_return_path_is_applied_by_its_envelope(db, listener, envelope):
    data = a_bounce("hidden@bounce.news.example")  # nothing in the mail says whose it is
    with listener.client() as client:
        assert client.sendmail("", [envelope.upper()], data) == {}
        assert client.sendmail("", [LOOP], b"Subject: hello\r\n\r\nhello\r\n") == {}
    assert events(db) == [("return path", "suppressed"), ("none", "ignored")]


def test_nobody_can_relay_through_it_or_guess_a_return_path(db, listener, envelope):
    token, _, domain = envelope.partition("@")
    for address in ("ana@port.example", f"{token[:-2]}aa@{domain}", f"b+@{domain}", "b+x"):
        with listener.client() as client:
            with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
                client.sendmail("spam@evil.example", [address], a_bounce())
            assert [code for code, _ in refused.value.recipients.values()] == [550]
    assert events(db) == []


def test_a_mail_that_can_not_be_committed_is_to_be_sent_again(db, listener, envelope):
    listener.is_away = True
    with listener.client() as client, pytest.raises(smtplib.SMTPException) as refused:
        client.sendmail("", [envelope], a_bounce(envelope))
    assert "451" in str(refused.value)
    assert events(db) == []
    listener.is_away = False
    with listener.client() as client:
        client.sendmail("", [envelope], a_bounce(envelope))
    assert len(events(db)) == 1


def test_code_below_the_gate_takes_nothing_and_asks_to_try_later(db, listener, envelope):
    newest = schema.newest_revision()
    with db.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9998'"))
        set_gate(session, "9998")
    with listener.client() as client, pytest.raises(smtplib.SMTPException) as refused:
        client.sendmail("", [envelope], a_bounce(envelope))
    assert "451" in str(refused.value)
    assert events(db) == []
    with db.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :own"), {"own": newest})
        set_gate(session, newest)
    with listener.client() as client:
        client.sendmail("", [envelope], a_bounce(envelope))
    assert len(events(db)) == 1
