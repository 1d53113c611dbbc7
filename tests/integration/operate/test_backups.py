"""A backup is whole; what is restored from it is silent, complete, and forgets nobody's wish."""

import os
import shutil
import subprocess
import sys
import threading
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from digest.actions.audit_campaign import audit_campaign
from digest.actions.confirm_restore import confirm_restore, what_goes_on
from digest.actions.erase_subscriber import erase_subscriber
from digest.actions.examine import examine
from digest.actions.keep_up import beat
from digest.actions.make_backup import make_backup
from digest.actions.restore_backup import restore_backup
from digest.actions.send_epoch import refusal
from digest.actions.suppress_address import suppress_address
from digest.actions.unsubscribe_address import unsubscribe_address
from digest.audience.membership import confirm
from digest.departures import Kind
from digest.domain.checkup import Verdict
from digest.domain.errors import Illegal, Permanent
from digest.domain.states import DeliveryState, DoubtPolicy, SubscriptionState, SuppressionReason
from digest.operate.left_over import left_over, workplace
from digest.settings import load_settings
from digest.store import schema
from digest.store.deliveries import list_deliveries
from digest.store.engine import Database
from digest.store.epoch import read_epoch
from digest.store.heartbeats import ProcessKind
from digest.store.subscribers import find_subscriber, subscriber_or_none
from digest.store.suppressions import get_suppression
from digest.tokens import hash_address
from digest.witness import Witness
from tests.builders import NOW, a_list, a_sending_campaign, a_subscriber
from tests.commands import environment, run_digest
from tests.faults.leases import pass_leases
from tests.faults.relay import FaultyRelay
from tests.integration.deliver.post_office import open_post_office

READERS = [f"reader+{n}@mail.example" for n in range(30)]
SOON = NOW + timedelta(hours=2)
BY = {"now": SOON, "actor": "test"}


@pytest.fixture
def settings(settings, request):
    """With the programs of the test's own PostgreSQL, where it needs any."""
    if "postgresql" not in request.node.name:
        return settings
    tools = str(request.getfixturevalue("postgres").bin)
    return load_settings(**settings.model_dump(exclude_unset=True), postgres_bin=tools)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "monday.backup"


@pytest.fixture
def elsewhere(db, tmp_path, request):
    """An empty database of the same kind."""
    if db.is_sqlite:
        other = Database(f"sqlite:///{tmp_path / 'elsewhere' / 'digest.db'}")
    else:
        name = f"other_{os.urandom(4).hex()}"
        other = Database(request.getfixturevalue("postgres").create_database(name))
    yield other
    other.close()


def on_another_host(settings, tmp_path):
    """The same keys, and a HOME that remembers nothing."""
    return load_settings(**settings.model_dump(exclude_unset=True) | {"home": tmp_path / "host"})


def people(db, settings, *addresses):
    with db.begin() as session:
        mailing_list = a_list(session)
        for address in addresses:
            a_subscriber(session, settings, address, mailing_list)


def state_of(db, address):
    with db.read() as session:
        return find_subscriber(session, address).subscriptions[0].state


def test_a_backup_comes_back_whole_on_a_new_host_and_is_silent(
    db, settings, file, elsewhere, tmp_path
):
    campaign_id = a_sending_campaign(db, settings, READERS)
    manifest = make_backup(db, settings, file, now=NOW, actor="test")
    assert manifest.counts["delivery"] == 30
    assert manifest.revision == schema.newest_revision()
    assert file.stat().st_mode & 0o777 == 0o600
    there = on_another_host(settings, tmp_path)
    done = restore_backup(elsewhere, there, file, replace=False, **BY)
    assert done.manifest == manifest
    assert done.replaced is None
    assert audit_campaign(elsewhere, campaign_id, NOW).balanced
    assert "backup of 2026" in refusal(elsewhere, Witness(there))
    assert refusal(db, Witness(settings)) is None, "the one that was copied goes on"
    confirm_restore(elsewhere, there, **BY)
    assert refusal(elsewhere, Witness(there)) is None


def test_a_backup_taken_while_mail_is_sent_adds_up(db, settings, file, elsewhere, monkeypatch):
    campaign_id = a_sending_campaign(db, settings, READERS)
    with FaultyRelay() as relay:
        office = open_post_office(db, settings, relay, monkeypatch)
        back_up_while_sending(office, file, campaign_id)
    restore_backup(elsewhere, settings, file, replace=False, **BY)
    report = audit_campaign(elsewhere, campaign_id, NOW)
    assert report.balanced, report.problems
    assert report.roster == 30


def test_what_was_held_at_the_moment_of_the_backup_is_doubted_once(
    db, settings, file, elsewhere, monkeypatch
):
    """By the restore, and not by the end of its lease as well: then it could not be sent."""
    campaign_id = a_sending_campaign(db, settings, READERS)
    with FaultyRelay() as relay:
        office = open_post_office(db, settings, relay, monkeypatch)
        back_up_while_sending(office, file, campaign_id)
        restore_backup(elsewhere, settings, file, replace=False, **BY)
        office.db = elsewhere
        held = office.audit(campaign_id).counts[DeliveryState.SENDING]
        assert held > 0
        pass_leases(elsewhere)
        office.tend()
        confirm_restore(elsewhere, settings, **BY)
        report = office.finish(campaign_id)
    assert report.counts == {DeliveryState.SENT: 30}
    with elsewhere.read() as session:
        rows = list_deliveries(session, campaign_id)
        assert sum(row.doubts for row in rows) == report.possible_copies >= held


def back_up_while_sending(office, file, campaign_id):
    """Send a whole campaign; the backup is taken in the middle of it, by a process of its own."""
    db, settings, begun, taken = office.db, office.settings, threading.Lock(), []
    env = environment(
        home=settings.home_path,
        database_url=db.engine.url.render_as_string(hide_password=False),
        secret_key=settings.secret.decode(),
        suppression_key=settings.suppression_secret.decode(),
        postgres_bin=settings.postgres_bin,
    )

    def look():  # by each thread that asks what time it is
        if len(office.relay.ledger) >= 3 and begun.acquire(blocking=False):
            taken.append(run_digest(env, "backup", str(file)))

    office.clock.watch.append(look)
    office.finish(campaign_id)
    assert taken


def test_no_file_is_replaced_silently_and_none_is_left_half_done(db, settings, file, monkeypatch):
    file.write_text("something dear")
    with pytest.raises(Illegal, match="already; give another name, or --force"):
        make_backup(db, settings, file, now=NOW, actor="test")
    make_backup(db, settings, file, overwrite=True, now=NOW, actor="test")
    whole = file.read_bytes()
    monkeypatch.setattr("digest.actions.make_backup.contents", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make_backup(db, settings, file, overwrite=True, now=NOW, actor="test")
    assert file.read_bytes() == whole
    assert [path for path in file.parent.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("harm", ["cut off", "changed", "another file"])
def test_what_is_damaged_is_told_and_changes_nothing(db, settings, file, harm):
    people(db, settings, "ana@port.example")
    make_backup(db, settings, file, now=NOW, actor="test")
    octets = bytearray(file.read_bytes())
    if harm == "cut off":
        del octets[len(octets) // 2 :]
    elif harm == "changed":
        where = slice(len(octets) // 2, len(octets) // 2 + 100)  # one alone may change nothing
        octets[where] = bytes(octet ^ 0xFF for octet in octets[where])
    else:
        octets = bytearray(b"%PDF-1.7")
    file.write_bytes(octets)
    with pytest.raises(Permanent, match="damaged"):
        restore_backup(db, settings, file, replace=True, **BY)
    assert state_of(db, "ana@port.example") is SubscriptionState.CONFIRMED
    assert refusal(db, Witness(settings)) is None


def test_a_database_that_is_there_is_replaced_only_when_told(db, settings, file):
    people(db, settings, "ana@port.example")
    make_backup(db, settings, file, now=NOW, actor="test")
    with pytest.raises(Illegal, match="already; --replace puts"):
        restore_backup(db, settings, file, replace=False, **BY)
    assert refusal(db, Witness(settings)) is None


def test_a_restore_that_fails_half_way_changes_nothing(db, settings, file, monkeypatch):
    people(db, settings, "ana@port.example")
    make_backup(db, settings, file, now=NOW, actor="test")
    people_after = "bo@port.example"
    with db.begin() as session:
        a_subscriber(session, settings, people_after, a_list(session, "second"))
    what = "copying.copy_sqlite" if db.is_sqlite else "copying.marking"
    name = what.rpartition(".")[2]
    broken = (lambda *_: 1 / 0) if db.is_sqlite else (lambda _: "UPDATE nothing SET x = 1;\n")
    monkeypatch.setattr(f"digest.actions.restore_backup.{name}", broken)
    with pytest.raises((ZeroDivisionError, Permanent)):
        restore_backup(db, settings, file, replace=True, **BY)
    assert state_of(db, people_after) is SubscriptionState.CONFIRMED
    assert refusal(db, Witness(settings)) is None


def test_a_backup_of_a_newer_schema_is_refused(db, settings, file, monkeypatch):
    make_backup(db, settings, file, now=NOW, actor="test")
    monkeypatch.setattr("digest.actions.restore_backup.newest_revision", lambda: "0001")
    with pytest.raises(Illegal, match="this version knows 0001: install that one"):
        restore_backup(db, settings, file, replace=True, **BY)


def test_keys_come_back_where_there_are_none_and_another_suppression_key_is_refused(
    db, file, elsewhere, tmp_path, settings
):
    bin_ = {"postgres_bin": settings.postgres_bin}
    own = load_settings(home=tmp_path / "own", **bin_)
    make_backup(db, own, file, now=NOW, actor="test")
    new = load_settings(home=tmp_path / "new", **bin_)
    restore_backup(elsewhere, new, file, replace=False, **BY)
    assert new.suppression_secret == own.suppression_secret
    assert new.secret == own.secret
    other = load_settings(home=tmp_path / "other", **bin_)
    assert other.suppression_secret
    with pytest.raises(Illegal, match="The suppression key here is not the one"):
        restore_backup(elsewhere, other, file, replace=True, **BY)
    make_backup(db, own, file, overwrite=True, with_keys=False, now=NOW, actor="test")
    with zipfile.ZipFile(file) as archive:
        assert sorted(archive.namelist()) == ["database", "manifest.json"]


# What happened after the backup.


def test_who_went_after_the_backup_goes_again(db, settings, file):
    people(
        db, settings, "ana@port.example", "bo@port.example", "cy@port.example", "di@port.example"
    )
    make_backup(db, settings, file, now=NOW, actor="test")
    later = {"now": NOW + timedelta(hours=1), "actor": "test"}
    erase_subscriber(db, settings, "ana@port.example", **later)
    unsubscribe_address(db, "bo@port.example", list_slug="daily", **later)
    suppress_address(db, settings, "cy@port.example", reason=SuppressionReason.COMPLAINT, **later)
    done = restore_backup(db, settings, file, replace=True, **BY)
    assert done.knew_who_went
    assert done.replayed == {Kind.ERASED: 1, Kind.LEFT: 1, Kind.SUPPRESSED: 1}
    with db.read() as session:
        assert subscriber_or_none(session, "ana@port.example") is None
        cy = get_suppression(session, hash_address(settings, "cy@port.example"))
        assert (cy.address, cy.reason) == ("cy@port.example", SuppressionReason.COMPLAINT)
    assert state_of(db, "bo@port.example") is SubscriptionState.UNSUBSCRIBED
    assert state_of(db, "di@port.example") is SubscriptionState.CONFIRMED
    again = confirm_restore(db, settings, **BY)
    assert not again.replayed, "each is done once"


def test_an_erasure_is_replayed_where_the_old_database_is_lost(
    db, settings, file, elsewhere, valkey, tmp_path
):
    """Redis remembers it, and HOME; nobody's address is in either."""
    people(db, settings, "ana@port.example")
    make_backup(db, settings, file, now=NOW, actor="test")
    with_redis = {**settings.model_dump(exclude_unset=True), "redis_url": valkey.url}
    erase_subscriber(db, load_settings(**with_redis), "ana@port.example", now=SOON, actor="test")
    kept = [path.read_text() for path in settings.home_path.glob("departures-*")]
    assert kept
    assert not any("ana" in text for text in kept)
    other_host = load_settings(**with_redis | {"home": tmp_path / "host"})
    done = restore_backup(elsewhere, other_host, file, replace=False, **BY)
    assert done.replayed == {Kind.ERASED: 1}
    with elsewhere.read() as session:
        assert subscriber_or_none(session, "ana@port.example") is None
        assert get_suppression(session, hash_address(settings, "ana@port.example"))


def test_a_copy_put_back_by_other_means_is_replayed_before_it_sends(db, settings, tmp_path):
    if not db.is_sqlite:
        pytest.skip("a copy of the file is the other means")
    people(db, settings, "ana@port.example")
    path = db.engine.url.database
    db.close()
    shutil.copy(path, tmp_path / "copy")
    erase_subscriber(db, settings, "ana@port.example", now=SOON, actor="test")
    with db.read() as session:
        database_id = read_epoch(session).database_id
    Witness(settings).note(database_id, 7)
    db.close()
    for leftover in ("-wal", "-shm"):
        (tmp_path / f"digest.db{leftover}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "copy", path)
    assert confirm_restore(db, settings, **BY).replayed == {Kind.ERASED: 1}


def test_who_came_back_after_leaving_stays(db, settings, file):
    people(db, settings, "ana@port.example")
    unsubscribe_address(db, "ana@port.example", list_slug="daily", now=NOW, actor="test")
    with db.begin() as session:
        confirm(find_subscriber(session, "ana@port.example").subscriptions[0], SOON)
    make_backup(db, settings, file, now=SOON, actor="test")
    done = restore_backup(db, settings, file, replace=True, now=SOON, actor="test")
    assert not done.replayed
    assert state_of(db, "ana@port.example") is SubscriptionState.CONFIRMED


@pytest.mark.parametrize("policy", list(DoubtPolicy))
def test_what_was_due_in_a_restored_campaign_is_named_as_possible_copies(
    db, settings, file, monkeypatch, policy
):
    campaign_id = a_sending_campaign(db, settings, READERS, policy=policy)
    with FaultyRelay() as relay:
        office = open_post_office(db, settings, relay, monkeypatch)
        make_backup(db, settings, file, now=NOW, actor="test")
        office.finish(campaign_id)
        done = restore_backup(db, settings, file, replace=True, **BY)
        assert done.sent_since == 30
        (line,) = what_goes_on(db, SOON)
        assert "30 of 30 deliveries are open" in line
        assert confirm_restore(db, settings, **BY).possible_copies == 30
        office.clock.now = SOON
        report = office.finish(campaign_id)
    assert report.balanced, report.problems
    assert report.possible_copies == 30
    most = max(relay.copies.values())
    assert most == (2 if policy is DoubtPolicy.RESEND else 1), "hold sends nothing twice"
    with db.read() as session:
        assert {row.doubts for row in list_deliveries(session, campaign_id)} == {1}


def test_a_running_service_is_not_restored_over(db, settings, file):
    make_backup(db, settings, file, now=NOW, actor="test")
    beat(db, settings, ProcessKind.WORKER, NOW)
    with pytest.raises(Illegal, match="The service runs"):
        restore_backup(db, settings, file, replace=True, **BY)


def test_a_damaged_sqlite_is_set_aside(db, settings, file):
    if not db.is_sqlite:
        pytest.skip("a PostgreSQL that does not answer can't be restored to")
    people(db, settings, "ana@port.example")
    make_backup(db, settings, file, now=NOW, actor="test")
    path = Path(db.engine.url.database)
    db.close()
    with path.open("r+b") as harmed:
        harmed.write(b"nonsense" * 64)
    done = restore_backup(db, settings, file, replace=True, **BY)
    assert (done.knew_who_went, done.sent_since) == (False, None)
    assert state_of(db, "ana@port.example") is SubscriptionState.CONFIRMED
    assert Path(f"{path}.damaged-{SOON:%Y%m%dT%H%M%S}").exists()


def test_programs_that_are_missing_or_older_than_the_server_are_told(
    postgres, settings, file, tmp_path
):
    db = Database(postgres.create_database("tools"))
    schema.upgrade(db)
    nowhere = load_settings(home=tmp_path, postgres_bin=str(tmp_path))
    with pytest.raises(Illegal, match=f"There is no pg_dump in {tmp_path}: install"):
        make_backup(db, nowhere, file, now=NOW, actor="test")
    for name in ("pg_dump", "pg_restore", "psql"):
        program = tmp_path / name
        program.write_text('#!/bin/sh\necho "$0 (PostgreSQL) 12.4"\n')
        program.chmod(0o755)
    with pytest.raises(Illegal, match="is of version 12 and the server of 18: install"):
        make_backup(db, nowhere, file, now=NOW, actor="test")
    assert not file.exists()
    db.close()


# What the doctor says, and what a kill leaves.


def doctors_word(db, settings, part, now):
    return {check.part: check for check in examine(db, settings, now)}.get(part)


def test_the_doctor_says_how_old_the_newest_backup_is_and_that_there_never_was_one(
    db, settings, file
):
    found = doctors_word(db, settings, "backup", NOW)
    assert found.verdict is Verdict.WARNING
    assert "never made one" in found.sentence
    make_backup(db, settings, file, now=NOW, actor="test")
    found = doctors_word(db, settings, "backup", SOON)
    assert (found.verdict, found.sentence) == (
        Verdict.OK,
        "The newest is of 2026-03-10 07:00 UTC, 2 h old.",
    )
    make_backup(db, settings, file, overwrite=True, now=SOON, actor="test")
    restore_backup(db, settings, file, replace=True, now=SOON, actor="test")
    later = SOON + timedelta(days=3)
    found = doctors_word(db, settings, "backup", later)
    assert found.verdict is Verdict.WARNING
    assert "09:00 UTC, 3 d old" in found.sentence, "it knows the one that it came from"


KILLED = """
import os, signal
from pathlib import Path
from digest.actions import restore_backup
from digest.operate.left_over import workplace
with workplace(Path({folder!r}), restore_backup.WORKPLACE) as place:
    (place / "digest.db").write_text("rows of readers")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_restore_leaves_is_named_and_cleared_by_the_next(db, settings, file):
    if not db.is_sqlite:
        pytest.skip("PostgreSQL's lies in the folder for temporary files")
    make_backup(db, settings, file, now=NOW, actor="test")
    folder = Path(db.engine.url.database).parent
    subprocess.run([sys.executable, "-c", KILLED.format(folder=str(folder))], check=False)
    (left,) = folder.glob(".digest-restore-*")
    assert str(left) in doctors_word(db, settings, "restore", SOON).sentence
    with workplace(folder, ".digest-restore-") as place:
        assert not left.exists()
        assert list(left_over(folder, ".digest-restore-*")) == [], "somebody works there"
        assert place.exists()
    subprocess.run([sys.executable, "-c", KILLED.format(folder=str(folder))], check=False)
    restore_backup(db, settings, file, replace=True, **BY)
    assert list(folder.glob(".digest-restore-*")) == []
    assert doctors_word(db, settings, "restore", SOON) is None


def test_a_backup_clears_what_a_killed_one_left(db, settings, file):
    draft = file.with_name(f".{file.name}.4711.part")
    draft.write_text("half of it")
    make_backup(db, settings, file, now=NOW, actor="test")
    assert not draft.exists()
