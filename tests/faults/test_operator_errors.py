"""What goes wrong for an operator is one clear sentence, and the state stays whole."""

import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from digest.actions.audit_campaign import CampaignReport, audit_campaign
from digest.clock import utc_now
from digest.domain.states import EditionState
from digest.settings import load_settings
from digest.store import schema
from digest.store.campaigns import recent_campaigns
from digest.store.engine import Database
from digest.store.lists import find_list
from digest.store.relays import all_relays
from tests.builders import a_sending_campaign, an_edition
from tests.faults.leases import pass_leases
from tests.faults.relay import FaultyRelay
from tests.servers import answers, free_port, wait_until

DIGEST = [sys.executable, "-m", "digest"]
READERS = [f"reader{n}@mail.example" for n in range(30)]


# A stint whose database has no room left from the moment that the first window is to be recorded.
FILLS_UP = """
import sys
import threading
from uuid import UUID

from sqlalchemy import event

from digest.actions.deliver_campaign import deliver_campaign
from digest.actions.relays import seed_relay
from digest.clock import utc_now
from digest.deliver import books, sender
from digest.domain.errors import Transient
from digest.settings import load_settings
from digest.store.engine import Database

books.PATIENCE_SECONDS, sender.HELD = 0.3, 10
settings = load_settings(smtp_url=sys.argv[1])
db = Database(settings.database)
seed_relay(db, settings, utc_now())


def fill(connection, cursor, statement, *_):
    if statement.startswith("UPDATE delivery") and "tries=" in statement:
        cursor.execute("PRAGMA max_page_count=1")
        cursor.execute("CREATE TABLE big AS SELECT randomblob(9000000) AS x")


event.listen(db.engine, "before_cursor_execute", fill)
try:
    deliver_campaign(db, settings, UUID(sys.argv[2]), clock=utc_now, stop=threading.Event())
except Transient as error:
    print(error)
"""


class Machine:
    """One machine with its own home and environment."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.file = home / "digest.db"
        self.env = {**os.environ, "DIGEST_HOME": str(home), "DIGEST_LOG_LEVEL": "WARNING"}

    def set_up(self) -> str:
        """A database with a campaign that is being sent; gives its id."""
        settings = load_settings(home=self.home)
        db = Database(settings.database)
        schema.upgrade(db)
        campaign_id = a_sending_campaign(db, settings, READERS, expires=False)
        db.close()
        return str(campaign_id)

    def run(self, *words: str, **options) -> subprocess.CompletedProcess[str]:
        command = [*DIGEST, *words]
        return subprocess.run(
            command, env=self.env, capture_output=True, text=True, timeout=60, **options
        )

    def refused(self, *words: str, status: int = 1, **options) -> str:
        """What a command that can't be done says: one sentence."""
        done = self.run(*words, **options)
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
        assert "unforeseen" not in done.stderr, done.stderr
        (line,) = done.stderr.splitlines()
        assert line.startswith("digest: ")
        assert line.endswith(".")
        return line

    def audit(self) -> CampaignReport:
        """The audit, in this process: polling must not start one each time."""
        db = Database(f"sqlite:///{self.file}")
        with db.read() as session:
            campaign_id = recent_campaigns(session, 1)[0].id
        report = audit_campaign(db, campaign_id, utc_now())
        db.close()
        assert report.balanced, report.problems
        return report

    def pass_leases(self) -> None:
        db = Database(f"sqlite:///{self.file}")
        pass_leases(db)
        db.close()

    def is_done(self) -> bool:
        return self.audit().state == "done"

    def has_no_relay(self) -> bool:
        return "can't be reached" in (self.relay_error() or "")

    def relay_error(self) -> str | None:
        db = Database(f"sqlite:///{self.file}")
        with db.read() as session:
            (relay,) = all_relays(session)
        db.close()
        return relay.error

    def assert_whole(self) -> None:
        with sqlite3.connect(self.file) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
        self.audit()


@pytest.fixture
def machine(tmp_path) -> Machine:
    return Machine(tmp_path / "home")


@pytest.mark.parametrize(
    ("name", "value", "status", "words"),
    [
        ("DATABASE_URL", "postgres//x", 2, "is not a database URL"),
        ("DATABASE_URL", "postgresql://x@y:port/z", 2, "is not a database URL"),
        ("DATABASE_URL", "mysql://x@y/z", 2, "'mysql' are not supported"),
        ("DATABASE_URL", "postgresql+pg8000://x@y/z", 2, "'postgresql+pg8000' are not supp"),
        ("DATABASE_URL", "postgresql://u:hush@127.0.0.1:1/z", 1, "can't be reached"),
        ("DATABASE_URL", "sqlite:////nowhere/at/all.db", 1, "can't be opened (does its folder"),
        ("SECRET_KEY", "short", 2, "DIGEST_SECRET_KEY is shorter than 32"),
        ("BASE_URL", "news.example", 2, "DIGEST_BASE_URL 'news.example' is not a web address"),
        ("LOG_FORMAT", "xml", 2, "DIGEST_LOG_FORMAT: Input should be 'console' or 'json'"),
        ("SECRET_KEY_FILE", "/nowhere/key", 2, "names /nowhere/key, which can't be read"),
    ],
)
def test_a_wrong_setting_is_named(machine, name, value, status, words):
    machine.env[f"DIGEST_{name}"] = value
    command = ("relay", "list") if name == "DATABASE_URL" else ("up",)
    said = machine.refused(*command, status=status)
    assert words in said
    assert "hush" not in said


def test_a_database_that_was_not_set_up_says_what_to_do(machine):
    assert "run `digest db upgrade`" in machine.refused("relay", "list")


@pytest.mark.parametrize(
    ("where", "words"),
    [(slice(0, 100), "is not an SQLite database"), (slice(8192, None), "is damaged; put the late")],
)
def test_a_damaged_database_is_named(machine, where, words):
    machine.set_up()
    content = bytearray(machine.file.read_bytes())
    content[where] = b"\xff" * len(content[where])
    machine.file.write_bytes(content)
    assert words in machine.refused("up")


def test_a_read_only_database_is_named_and_still_readable(machine):
    machine.set_up()
    machine.env["DIGEST_DATABASE_URL"] = f"sqlite:///file:{machine.file}?mode=ro&uri=true"
    assert "is read-only." in machine.refused("campaign", "pause", "latest")
    del machine.env["DIGEST_DATABASE_URL"]
    machine.assert_whole()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write where nobody may")
def test_a_folder_that_may_not_be_written_to_is_named(machine):
    machine.home.mkdir(mode=0o500)
    assert "can't be opened" in machine.refused("db", "upgrade")


def test_a_locked_database_is_waited_for_and_then_named(machine):
    machine.set_up()
    holder = sqlite3.connect(machine.file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    said = machine.refused("campaign", "pause", "latest")
    assert "is locked by another process." in said
    assert time.monotonic() - began > 10
    assert machine.run("campaign", "audit", "latest").returncode == 0, "reading goes on"
    holder.execute("ROLLBACK")
    holder.close()
    assert machine.run("campaign", "pause", "latest").returncode == 0
    machine.assert_whole()


def limit_files(octets: int):
    """The disk is full, as far as one process is concerned: no file may grow beyond this."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (octets, octets))

    return limit


def test_a_full_disk_is_named_and_nothing_is_half_done(machine):
    machine.set_up()
    said = machine.refused("campaign", "pause", "latest", preexec_fn=limit_files(4096))
    assert "can't be read or written (disk error)" in said or "no space left" in said
    assert machine.audit().state == "sending"
    assert machine.run("campaign", "pause", "latest").returncode == 0
    machine.assert_whole()


def test_a_relay_that_can_not_be_reached_is_shown_and_used_once_it_is_there(machine):
    machine.set_up()
    relay = FaultyRelay()
    relay.port = free_port()
    machine.env["DIGEST_SMTP_URL"] = relay.url
    with running(machine) as log:
        wait_until(machine.has_no_relay, "the relay rests", every=0.2)
        (shown,) = json.loads(machine.run("relay", "list", "--json").stdout)
        assert shown["error"] == (
            f"The relay 127.0.0.1:{relay.port} can't be reached: Connection refused."
        )
        report = machine.audit()
        assert report.counts == {"queued": len(READERS)}
        assert report.state == "sending"
        with relay:
            wait_until(machine.is_done, "the campaign is done", every=0.2)
    report = machine.audit()
    assert (report.counts, report.possible_copies) == ({"sent": len(READERS)}, 0)
    assert relay.copies == dict.fromkeys(READERS, 1)
    assert machine.relay_error() is None
    assert "Traceback" not in log.read_text()


def test_a_full_disk_stops_sending_within_a_window_and_it_goes_on_afterwards(machine):
    """R-17."""
    campaign_id = machine.set_up()
    relay = FaultyRelay()
    with relay:
        done = subprocess.run(
            [sys.executable, "-c", FILLS_UP, relay.url, campaign_id],
            env=machine.env,
            capture_output=True,
            text=True,
        )
        assert "has no space left on its disk." in done.stdout, done.stderr
        assert len(relay.ledger) == 10, "one window and no more"
        machine.assert_whole()
        assert machine.audit().counts == {"sending": 10, "queued": 20}
        machine.pass_leases()
        machine.env["DIGEST_SMTP_URL"] = relay.url
        with running(machine):
            wait_until(machine.is_done, "the campaign is done", every=0.2)
    machine.assert_whole()
    report = machine.audit()
    assert (report.counts, report.possible_copies) == ({"sent": 30}, 10)
    assert sum(relay.copies.values()) == 40
    assert max(relay.copies.values()) == 2
    assert all(len(sums) == 1 for sums in relay.sums.values())


def test_a_locked_database_delays_sending_and_loses_nobody(machine):
    """R-17: the lock is held for a moment in the middle of it; the pages answer all the same."""
    machine.set_up()
    with FaultyRelay() as relay:
        machine.env["DIGEST_SMTP_URL"] = relay.url
        holder = threading.Thread(target=hold, args=(machine.file, 2.0))
        with running(machine) as log:
            holder.start()
            wait_until(machine.is_done, "the campaign is done", every=0.2)
            holder.join()
    assert machine.audit().possible_copies == 0
    assert relay.copies == dict.fromkeys(READERS, 1)
    assert "Traceback" not in log.read_text()


def hold(file: Path, seconds: float) -> None:
    holder = sqlite3.connect(file, isolation_level=None, timeout=10)
    holder.execute("BEGIN IMMEDIATE")
    time.sleep(seconds)
    holder.execute("ROLLBACK")
    holder.close()


class running:  # noqa: N801 - it reads as a statement
    """`digest up` while the context is open; gives its log."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.log = machine.home / "up.log"

    def __enter__(self) -> Path:
        port = free_port()
        with self.log.open("ab") as file:
            command = [*DIGEST, "up", "--port", str(port)]
            self.process = subprocess.Popen(command, env=self.machine.env, stdout=file, stderr=file)
        try:
            wait_until(lambda: answers(port), "digest up listens")
        except TimeoutError:
            self.process.kill()
            raise
        return self.log

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        finally:
            self.process.kill()
            self.process.wait()


def test_a_broken_template_is_named_with_its_line_and_stops_that_edition_alone(machine, tmp_path):
    """The templates that the project carries are beside the package: a copy of both is run."""
    copy = tmp_path / "copy"
    for name in ("digest", "workers", "templates"):
        shutil.copytree(Path(__file__).parents[2] / name, copy / name)
    machine.set_up()
    db = Database(f"sqlite:///{machine.file}")
    with db.begin() as session:
        draft = {"number": 2, "state": EditionState.DRAFT, "branding": None}
        an_edition(session, find_list(session, "daily"), **draft)
    db.close()
    body = copy / "templates" / "email" / "edition" / "body.html"
    lines = body.read_text().splitlines()
    body.write_text("\n".join([*lines[:3], "{% if %}", *lines[3:]]))
    machine.env["PYTHONPATH"] = str(copy)
    said = machine.refused("edition", "preview", "latest", status=2, cwd=copy)
    assert "The e-mail template edition/body.html, line 4, is broken: " in said
    body.write_text("\n".join([*lines[:4], "{{ no_such_thing }}", *lines[4:]]))
    said = machine.refused("edition", "preview", "latest", status=2, cwd=copy)
    assert "edition/body.html, line 5, can't be filled: 'no_such_thing' is undefined." in said
    machine.assert_whole()
