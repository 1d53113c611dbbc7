"""The Maildir transport: whole messages only, each under its own name."""

import threading
from pathlib import Path

import pytest

from digest.deliver import maildir
from digest.deliver.maildir import MaildirTransport
from digest.deliver.transport import Mail, RelayDown

MAIL = Mail("b+1@bounce.example", "jörg@reader.example", b"Subject: x\r\n\r\nHello\r\n.\r\n")


def kept(path: Path) -> list[Path]:
    return list((path / "new").iterdir())


def test_a_mail_is_kept_with_its_envelope_and_local_line_ends(tmp_path):
    assert MaildirTransport(tmp_path / "a" / "box").send(MAIL).code == 250
    (file,) = kept(tmp_path / "a" / "box")
    assert (
        file.read_bytes()
        == (
            "Return-Path: <b+1@bounce.example>\nDelivered-To: jörg@reader.example\n"
            "Subject: x\n\nHello\n.\n"
        ).encode()
    )
    assert {p.name for p in (tmp_path / "a" / "box").iterdir()} == {"tmp", "new", "cur"}
    assert not list((tmp_path / "a" / "box" / "tmp").iterdir())


def test_nobody_else_can_read_it(tmp_path):
    MaildirTransport(tmp_path / "box").send(MAIL)
    assert (tmp_path / "box" / "new").stat().st_mode & 0o077 == 0


def test_many_senders_at_once_lose_nothing(tmp_path):
    def send() -> None:
        transport = MaildirTransport(tmp_path)
        for _ in range(25):
            transport.send(MAIL)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept(tmp_path)) == 100


def test_a_disk_that_fills_up_leaves_no_half_mail_and_says_so(tmp_path, monkeypatch):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(maildir.os, "fsync", full)
    with pytest.raises(RelayDown, match=r"The Maildir .* can't be written to: No space left on d"):
        MaildirTransport(tmp_path).send(MAIL)
    assert not kept(tmp_path)
    assert not list((tmp_path / "tmp").iterdir())


def test_a_folder_that_can_not_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RelayDown, match="can't be written to: Not a directory"):
        MaildirTransport(tmp_path / "file" / "box").send(MAIL)


def test_a_host_with_an_odd_name_makes_an_ordinary_file_name(tmp_path, monkeypatch):
    monkeypatch.setattr(maildir.socket, "gethostname", lambda: "a/b:c")
    MaildirTransport(tmp_path).send(MAIL)
    (file,) = kept(tmp_path)
    assert file.name.endswith(r".a\057b\072c")
