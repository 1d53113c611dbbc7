"""``digest feedback`` and ``digest suppression import|export``, as they are typed."""

import json
import mailbox
import os
from functools import partial

import pytest

from digest.actions.erase_subscriber import erase_subscriber
from digest.actions.suppress_address import suppress_address
from digest.actions.suppression_files import import_suppressions
from digest.cli.app import app
from digest.store.suppressions import list_suppressions
from digest.tokens import hash_address
from tests.builders import NOW
from tests.commands import called_here, environment, run_digest, try_digest
from tests.integration.feedback.mails import (
    READER,
    a_bounce,
    a_readership,
    a_sent_campaign,
    delivery_to,
    return_path,
)
from tests.unit.feedback.corpus import FOLDER, NAMES, mail


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'digest.db'}"  # one kind is enough here


@pytest.fixture
def digest(tmp_path, db, settings, database_url, monkeypatch):
    """The command, without a process for each call."""
    given = {
        "home": tmp_path / "home",
        "database_url": database_url,
        "secret_key": settings.secret.decode(),
        "suppression_key": settings.suppression_secret.decode(),
    }
    with called_here(monkeypatch, **given) as call:
        yield partial(call, app)


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def test_a_dry_run_reads_without_a_database_and_leaves_nothing_behind(tmp_path):
    home = tmp_path / "nowhere"
    said = lines(
        run_digest(environment(home=home), "feedback", "ingest", str(FOLDER), "--dry-run", "--json")
    )
    assert len(said) == len(NAMES)
    assert not home.exists()
    (one,) = [line for line in said if line["file"].endswith("postfix_user_unknown.eml")]
    assert one["recipients"][0] | {"reply": None} == {
        "address": "ana@port.example",
        "class": "hard",
        "reason": "user unknown",
        "status": "5.1.1",
        "reply": None,
        "reporting_mta": "mx1.harbour.example",
    }
    assert (one["attributed"], one["applied"]) == (None, False)


def test_files_mboxes_maildirs_and_folders_are_read(tmp_path):
    box = mailbox.mbox(tmp_path / "some.mbox")
    for name in NAMES[:3]:
        box.add(mail(name))
    box.close()
    maildir = mailbox.Maildir(tmp_path / "maildir")
    maildir.add(mail(NAMES[3]))
    paths = (tmp_path / "some.mbox", tmp_path / "maildir", FOLDER / f"{NAMES[4]}.eml")
    said = run_digest(
        environment(home=tmp_path), "feedback", "ingest", *map(str, paths), "--dry-run", "--json"
    )
    assert len(lines(said)) == 5


def test_a_path_that_is_not_there_is_one_sentence(tmp_path):
    done = try_digest(environment(home=tmp_path), "feedback", "ingest", "nowhere", "--dry-run")
    assert done.returncode == 2
    assert done.stderr == "digest: There is no nowhere; give a mail, an mbox or a Maildir.\n"


def test_ingesting_applies_once_and_shows_it(tmp_path, db, settings, digest):
    delivery = delivery_to(db, a_sent_campaign(db, a_readership(db, settings)))
    file = tmp_path / "bounce.eml"
    file.write_bytes(a_bounce(return_path(settings, delivery)))
    first, second = (lines(digest("feedback", "ingest", file, "--json"))[0] for _ in range(2))
    assert first["attributed"] == second["attributed"] == str(delivery.id)
    assert (first["applied"], second["applied"]) == (True, False)
    (listed,) = json.loads(digest("feedback", "list", "--json"))
    assert (listed["address"], listed["effect"]) == (READER, "suppressed")
    assert "suppressed" in digest("subscriber", "show", READER)
    assert "Undone: suppressed." in digest("feedback", "undo", listed["event"])
    assert json.loads(digest("suppression", "list", "--json")) == []


def test_the_suppression_list_comes_back_as_it_was_written(tmp_path, db, settings, digest):
    suppress_address(db, settings, READER, note="=asked", now=NOW, actor="test")
    suppress_address(db, settings, "gone@port.example", now=NOW, actor="test")
    erase_subscriber(db, settings, "gone@port.example", now=NOW, actor="test")
    written = digest("suppression", "export")
    assert "gone@port.example" not in written
    assert "'=asked" in written
    with db.begin() as session:
        before = [
            (r.address_hash, r.reason, r.note, r.since) for r in list_suppressions(session, 9)
        ]
        for row in list_suppressions(session, 9):
            session.delete(row)
    file = tmp_path / "suppressed.csv"
    file.write_text(written)
    assert digest("suppression", "import", file).startswith("2 added, 0 ")
    assert digest("suppression", "import", file).startswith("0 added, 2 ")
    with db.read() as session:
        after = [(r.address_hash, r.reason, r.note, r.since) for r in list_suppressions(session, 9)]
        kept = {row.address_hash for row in list_suppressions(session, 9)}
    assert sorted(after) == sorted(before)
    assert hash_address(settings, "gone@port.example") in kept


def test_lists_of_other_services_are_taken_and_bad_lines_named(db, settings):
    said = []
    found = import_suppressions(
        db,
        settings,
        ["\ufeffEmail,Status\r\n", "ana@Port.Example,bounced\r\n", "nobody,x\r\n", "\0\n"],
        now=NOW,
        actor="test",
        on_reject=lambda line, why: said.append(line),
    )
    assert (found.added, found.rejected) == (1, 1)
    assert said == [3]
    bare = import_suppressions(db, settings, ["ben@port.example\n"] * 2, now=NOW, actor="test")
    assert bare.added == 1


def test_a_large_list_is_streamed(db, settings):
    many = 20_000 if os.environ.get("LONG") else 1_200
    found = import_suppressions(
        db, settings, (f"r{n}@port.example\n" for n in range(many)), now=NOW, actor="test"
    )
    assert found.added == many
