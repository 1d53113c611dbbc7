"""Mailboxes of returned mail: emptied only of what is committed (B-8)."""

import contextlib
import imaplib
import mailbox
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest

from digest.actions.mailboxes import add_mailbox, enable_mailbox
from digest.actions.read_mailbox import read_mailbox
from digest.actions.tick import Work, tick
from digest.domain.errors import Illegal
from digest.domain.mailbox import ImapMailbox, MaildirMailbox, parse_mailbox
from digest.domain.relay import Security
from digest.feedback import post_box
from digest.store.feedback import Bounce, FeedbackEvent
from digest.store.mailboxes import Mailbox
from tests.builders import NOW
from tests.integration.feedback.mails import (
    FULL,
    a_bounce,
    a_readership,
    a_sent_campaign,
    delivery_to,
    return_path,
)

USER, PASSWORD = "bounces", "a secret: word/@"


@pytest.fixture(scope="session")
def imap_port():
    """An independent IMAP server (pymap), with an empty account."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    program = str(Path(sys.executable).with_name("pymap"))
    words = ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict"]
    account = ["--demo-user", USER, "--demo-password", PASSWORD]
    with subprocess.Popen([program, *words, *account], stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(port, server)
            yield port
        finally:
            server.terminate()


def _wait_for(port, server):
    end = monotonic() + 60
    while monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        sleep(0.1)
    raise AssertionError("pymap did not start")


@contextlib.contextmanager
def an_account(port):
    with imaplib.IMAP4("127.0.0.1", port) as client:
        client.login(USER, PASSWORD)
        client.select("INBOX")
        yield client


class Imap:
    """The account as its owner sees it."""

    def __init__(self, port):
        self.port = port
        self.url = f"imap://{USER}:a%20secret%3A%20word%2F%40@127.0.0.1:{port}/INBOX?starttls=none"
        with an_account(port) as client:
            client.store("1:*", "+FLAGS", r"(\Deleted)")
            client.expunge()

    def put(self, data):
        with an_account(self.port) as client:
            client.append("INBOX", None, None, data)

    def count(self):
        with an_account(self.port) as client:
            return len(client.search(None, "ALL")[1][0].split())


class Folder:
    """A Maildir as its owner sees it."""

    def __init__(self, path):
        self.box = mailbox.Maildir(path)
        self.url = f"maildir://{path}"

    def put(self, data):
        self.box.add(data)

    def count(self):
        return len(mailbox.Maildir(self.box._path))


@pytest.fixture(params=["imap", "maildir"])
def post(request, tmp_path):
    if request.param == "imap":
        return Imap(request.getfixturevalue("imap_port"))
    return Folder(tmp_path / "returned")


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'digest.db'}"  # the far end matters here


@pytest.fixture
def bounce(db, settings):
    delivery = delivery_to(db, a_sent_campaign(db, a_readership(db, settings)))
    return a_bounce(return_path(settings, delivery))


def added(db, settings, url):
    return add_mailbox(db, settings, name="returned", url=url, now=NOW, actor="test")


def look_again(db, at=NOW):
    with db.begin() as session:
        session.query(Mailbox).update({"next_try_at": at})


def count(db, kind):
    with db.read() as session:
        return session.query(kind).count()


def test_what_lies_there_is_applied_and_taken_out(db, settings, post, bounce):
    mailbox_id = added(db, settings, post.url)
    for data in (bounce, b"Subject: hello\n\nno bounce\n", b"\0\xff" * 50):
        post.put(data)
    counts = read_mailbox(db, settings, mailbox_id, now=NOW)
    assert counts == {"suppressed": 1, "ignored": 2}
    assert post.count() == 0
    assert count(db, FeedbackEvent) == 3


def test_a_reader_that_dies_before_deleting_counts_nothing_twice(
    db, settings, post, bounce, monkeypatch
):
    mailbox_id = added(db, settings, post.url)
    post.put(bounce)

    def dies(self, handle):
        raise KeyboardInterrupt  # what no code of ours catches

    kind = post_box.ImapBox if isinstance(post, Imap) else post_box.MaildirBox
    with monkeypatch.context() as patched:
        patched.setattr(kind, "take_out", dies)
        with pytest.raises(KeyboardInterrupt):
            read_mailbox(db, settings, mailbox_id, now=NOW)
    assert (post.count(), count(db, Bounce)) == (1, 1)
    assert not read_mailbox(db, settings, mailbox_id, now=NOW)  # somebody may still hold it
    look_again(db)
    read_mailbox(db, settings, mailbox_id, now=NOW)
    assert (post.count(), count(db, Bounce), count(db, FeedbackEvent)) == (0, 1, 1)


def test_what_cannot_be_committed_stays_there(db, settings, post, bounce, monkeypatch):
    mailbox_id = added(db, settings, post.url)
    post.put(bounce)

    def breaks(*_, **__):
        raise Illegal("the database says no")

    with monkeypatch.context() as patched:
        patched.setattr("digest.actions.read_mailbox.take_mail", breaks)
        read_mailbox(db, settings, mailbox_id, now=NOW)
    assert (post.count(), count(db, FeedbackEvent)) == (1, 0)
    look_again(db)
    assert read_mailbox(db, settings, mailbox_id, now=NOW) == {"suppressed": 1}


def test_a_mailbox_is_due_each_minute_and_later_after_failures(db, settings, tmp_path):
    path = tmp_path / "not there"
    mailbox_id = added(db, settings, f"maildir://{path}")
    assert [ring.id for ring in tick(db, NOW) if ring.work is Work.MAILBOX] == [mailbox_id]
    for minutes in (1, 2, 4, 8):
        read_mailbox(db, settings, mailbox_id, now=NOW)
        with db.read() as session:
            row = session.query(Mailbox).one()
            assert "There is no Maildir" in row.error
            assert row.next_try_at == NOW + timedelta(minutes=minutes)
        look_again(db)
    mailbox.Maildir(path)
    read_mailbox(db, settings, mailbox_id, now=NOW)
    with db.read() as session:
        row = session.query(Mailbox).one()
        assert (row.error, row.failures) == (None, 0)
        assert row.next_try_at == NOW + timedelta(minutes=1)
    enable_mailbox(db, name="returned", enabled=False, now=NOW, actor="test")
    look_again(db)
    assert not [ring for ring in tick(db, NOW) if ring.work is Work.MAILBOX]


def test_a_server_that_is_away_or_refuses_is_one_sentence(db, settings, imap_port):
    wrong = f"imap://{USER}:guess@127.0.0.1:{imap_port}/INBOX?starttls=none"
    with socket.create_server(("127.0.0.1", 0)) as probe:
        nobody = probe.getsockname()[1]
    away = f"imap://{USER}@127.0.0.1:{nobody}/INBOX?starttls=none"
    for url, word in ((wrong, "refuses us"), (away, "can't be reached")):
        mailbox_id = added(db, settings, url)
        read_mailbox(db, settings, mailbox_id, now=NOW)
        with db.read() as session:
            row = session.query(Mailbox).one()
            assert word in row.error
            assert "guess" not in row.url + row.error


def test_a_password_is_never_sent_in_clear_unless_told(db, settings, imap_port):
    """The server offers no STARTTLS, and the URL does not say that none is wanted."""
    mailbox_id = added(db, settings, f"imap://{USER}:{PASSWORD[0]}@127.0.0.1:{imap_port}/INBOX")
    read_mailbox(db, settings, mailbox_id, now=NOW)
    with db.read() as session:
        assert "STARTTLS" in session.query(Mailbox).one().error


def test_urls_of_mailboxes():
    assert parse_mailbox("imaps://b@mail.example/Returned%20mail") == ImapMailbox(
        "mail.example", 993, Security.TLS, "b", "Returned mail"
    )
    assert parse_mailbox("imap://b@mail.example").security is Security.STARTTLS_REQUIRED
    assert parse_mailbox("maildir:///var/mail/b") == MaildirMailbox(Path("/var/mail/b"))
    for wrong in ("pop3://b@mail.example", "imaps://mail.example", "maildir://", "imap://b@h?x=1"):
        with pytest.raises(Illegal):
            parse_mailbox(wrong)


def test_many_mails_are_taken_in_several_readings(db, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(post_box, "MOST_AT_ONCE", 5)
    monkeypatch.setattr("digest.actions.read_mailbox.MOST_AT_ONCE", 5)
    folder = Folder(tmp_path / "many")
    mailbox_id = added(db, settings, folder.url)
    for n in range(12):
        folder.put(a_bounce("desk@news.example", note=str(n), **FULL))
    sizes = [read_mailbox(db, settings, mailbox_id, now=NOW).total() for _ in range(4)]
    assert sizes == [5, 5, 2, 0]
