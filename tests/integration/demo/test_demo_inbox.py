import json
import smtplib
import socket
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial
from hashlib import sha256

import pytest

from digest.demo.inbox import Inbox
from digest.domain.errors import Illegal
from tests.pace import quiet_seconds

NOW = datetime(2031, 3, 30, 1, 15, tzinfo=UTC)


@pytest.fixture
def inbox(tmp_path):
    with Inbox(tmp_path / "inbox", clock=lambda: NOW) as inbox:
        yield inbox


@pytest.fixture
def client(inbox):
    with smtplib.SMTP("127.0.0.1", inbox.port, timeout=5) as client:
        yield client


def mail(body="Hello\r\n", message_id="<1@news.example>"):
    return f"Message-ID: {message_id}\r\nSubject: S\r\n\r\n{body}".encode()


def test_smtplib_delivers_and_the_ledger_accounts_for_it(inbox, client):
    client.sendmail("b+1@bounce.example", ["ann@post.example"], mail())
    (envelope,) = inbox.envelopes
    assert inbox.read(envelope) == mail()
    assert json.loads((inbox.folder / "inbox.jsonl").read_text()) == {
        "file": "00001-ann.eml",
        "mail_from": "b+1@bounce.example",
        "rcpt_to": ["ann@post.example"],
        "message_id": "<1@news.example>",
        "sha256": sha256(mail()).hexdigest(),
        "bytes": len(mail()),
        "bare_lf": 0,
        "received_at": "2031-03-30T01:15:00+00:00",
    }


@pytest.mark.parametrize("body", [".\r\n", "..\r\n.a\r\n", "\r\n.\r\n\r\n", "x\r\n..", ""])
def test_dots_survive_the_journey(inbox, client, body):
    client.sendmail("a@x.example", ["ann@post.example"], mail(body))
    sent = mail(body)
    assert inbox.read(inbox.envelopes[0]) == (sent if sent.endswith(b"\r\n") else sent + b"\r\n")


def test_international_addresses_and_bodies_are_taken(inbox, client):
    message = EmailMessage(policy=SMTP.clone(utf8=True))
    message["From"], message["To"] = "a@x.example", "grüße@post.example"
    message.set_content("Schöne Grüße", cte="8bit")
    client.send_message(message)
    assert inbox.envelopes[0].rcpt_to == ("grüße@post.example",)
    assert inbox.envelopes[0].file == "00001-gr-e.eml"
    assert "Schöne Grüße".encode() in inbox.read(inbox.envelopes[0])


@pytest.mark.parametrize(
    "local", ["../../etc/passwd", "/abs", "..", "a" * 300, "CON", "a\\b", '"a b"']
)
def test_no_recipient_leads_out_of_the_folder(inbox, client, local):
    client.sendmail("a@x.example", [f"{local}@post.example"], mail())
    (envelope,) = inbox.envelopes
    assert (inbox.folder / envelope.file).resolve().parent == inbox.folder.resolve()
    assert len(envelope.file) < 60
    assert sorted(p.name for p in inbox.folder.iterdir()) == [envelope.file, "inbox.jsonl"]


def test_who_is_busy_is_served_at_the_second_try(inbox, client):
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        client.sendmail("a@x.example", ["later+una@post.example"], mail())
    assert refused.value.recipients["later+una@post.example"][0] == 450
    client.sendmail("a@x.example", ["later+una@post.example"], mail())
    assert len(inbox.envelopes) == 1
    assert inbox.refusals == [
        ("later+una@post.example", "450 4.2.1 This mailbox is busy; try again later.")
    ]


def test_who_is_gone_stays_gone(inbox, client):
    for _ in range(2):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            client.sendmail("a@x.example", ["gone+vic@post.example"], mail())
        code, words = refused.value.recipients["gone+vic@post.example"]
        assert (code, words[:5]) == (550, b"5.1.1")
    assert inbox.envelopes == []


@pytest.mark.parametrize("local", ["laterally", "gonebert", "sooner+later"])
def test_who_only_sounds_alike_gets_mail(inbox, client, local):
    client.sendmail("a@x.example", [f"{local}@post.example"], mail())
    assert len(inbox.envelopes) == 1


def read_replies(stream, count):
    """``count`` replies, each its last line."""
    replies = []
    while len(replies) < count:
        line = stream.readline()
        assert line, "the server hung up"
        if line[3:4] == b" ":
            replies.append(line.decode().strip())
    return replies


def test_a_pipelined_session_gets_its_replies_in_order(inbox):
    with socket.create_connection(("127.0.0.1", inbox.port), 5) as connection:
        stream = connection.makefile("rb")
        connection.sendall(b"EHLO me.example\r\n")
        read_replies(stream, 2)
        start = b"MAIL FROM:<b@x.example>\r\nRCPT TO:<%s@post.example>\r\nDATA\r\n"
        connection.sendall(start % b"ann")
        assert [r[:3] for r in read_replies(stream, 3)] == ["250", "250", "354"]
        connection.sendall(mail("one\r\n") + b".\r\n" + start % b"gone")
        assert [r[:3] for r in read_replies(stream, 4)] == ["250", "250", "550", "554"]
        connection.sendall(b"RSET\r\n" + start % b"bob")
        assert [r[:3] for r in read_replies(stream, 4)] == ["250", "250", "250", "354"]
        connection.sendall(mail("..two\r\nbare\nline\r\n") + b".\r\nQUIT\r\n")
        assert [r[:3] for r in read_replies(stream, 2)] == ["250", "221"]
        assert stream.read() == b""
        stream.close()
    one, two = inbox.envelopes
    assert inbox.read(one) == mail("one\r\n")
    assert inbox.read(two) == mail(".two\r\nbare\nline\r\n")
    assert (one.bare_lf, two.bare_lf) == (0, 1)


def test_a_mail_that_is_cut_off_is_not_kept(inbox):
    with socket.create_connection(("127.0.0.1", inbox.port), 5) as connection:
        connection.sendall(
            b"EHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<ann@post.example>\r\nDATA\r\nhalf\r\n"
        )
        read_replies(connection.makefile("rb"), 5)
    assert inbox.envelopes == []


def test_a_folder_that_holds_mails_is_gone_on_with(tmp_path):
    for number in (1, 2):
        with Inbox(tmp_path) as inbox, smtplib.SMTP("127.0.0.1", inbox.port) as client:
            client.sendmail("a@x.example", ["ann@post.example"], mail())
            assert len(inbox.envelopes) == number
    assert sorted(p.name for p in tmp_path.glob("*.eml")) == ["00001-ann.eml", "00002-ann.eml"]


def test_a_full_disk_is_a_transient_reply(inbox, client, monkeypatch):
    def full(_path, _octets):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        client.sendmail("a@x.example", ["ann@post.example"], mail())
    assert refused.value.smtp_code == 452
    assert inbox.envelopes == []


def test_a_port_that_is_taken_is_one_clear_sentence(inbox, tmp_path):
    with (
        pytest.raises(Illegal, match=f"can't listen on port {inbox.port}"),
        Inbox(tmp_path / "other", port=inbox.port),
    ):
        pass


def test_closing_hangs_up_and_frees_the_port(tmp_path):
    with Inbox(tmp_path) as inbox:
        connection = socket.create_connection(("127.0.0.1", inbox.port), 5)
        assert connection.recv(100).startswith(b"220 ")
    assert _is_over(connection)
    connection.close()
    inbox.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", inbox.port), 5)


def _is_over(connection):
    try:
        return connection.recv(100) == b""
    except ConnectionResetError:
        return True


def test_it_takes_more_than_three_hundred_mails_a_second(inbox, client):
    """Where nothing else runs; on a busy machine nobody waits for anybody, all the same."""
    body = mail("x" * 70 + "\r\n") + (b"y" * 70 + b"\r\n") * 400
    began = time.monotonic()
    seconds = [quiet_seconds(partial(_send, 300, client, body)) for _ in range(3)]
    assert 900 / (time.monotonic() - began) > 50
    assert len(inbox.envelopes) == 900
    assert min(seconds) < 1, seconds


def _send(count, client, body):
    for number in range(count):
        client.sendmail("a@x.example", [f"r{number}@post.example"], body)
