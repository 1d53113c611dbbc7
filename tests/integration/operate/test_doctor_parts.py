"""What the doctor says of this machine: schema, secrets, mailboxes, each with a remedy."""

from datetime import timedelta

import pytest

from digest.actions.examine import examine
from digest.actions.mailboxes import add_mailbox
from digest.clock import utc_now
from digest.domain.checkup import Verdict
from digest.store import schema
from digest.store.engine import Database
from digest.store.mailboxes import Mailbox


def checks(db, settings):
    return {check.part: check for check in examine(db, settings, utc_now())}


def test_a_schema_that_is_behind_is_told_apart_from_a_database_that_is_gone(db, settings):
    schema.downgrade(db, "-1")
    found = checks(db, settings)
    assert found["database"].verdict is Verdict.OK
    assert found["schema"].verdict is Verdict.FAILED
    assert found["schema"].remedy == "Run `digest db upgrade`."
    gone = checks(Database("postgresql://digest:s3cret@127.0.0.1:9/none"), settings)
    assert gone["database"].verdict is Verdict.FAILED
    assert "schema" not in gone
    assert "s3cret" not in repr(gone)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_keys_that_others_may_read_are_named_with_what_to_do(db, settings, tmp_path, monkeypatch):
    made = settings.model_copy(update={"secret_key": None})
    assert made.secret
    assert checks(db, made)["secrets"].verdict is Verdict.OK
    key = made.home_path / "secret.key"
    key.chmod(0o644)
    assert checks(db, made)["secrets"].verdict is Verdict.OK, "the folder keeps others out"
    made.home_path.chmod(0o755)
    found = checks(db, made)["secrets"]
    assert found.verdict is Verdict.WARNING
    assert str(key) in found.sentence
    assert found.remedy.startswith("chmod go= ")
    made.home_path.chmod(0o700)
    given = tmp_path / "smtp_url"
    given.write_text("smtp://news:words@mail.example")
    given.chmod(0o640)
    tmp_path.chmod(0o755)
    monkeypatch.setenv("DIGEST_SMTP_URL_FILE", str(given))
    assert str(given) in checks(db, made)["secrets"].sentence
    given.chmod(0o600)
    assert checks(db, made)["secrets"].verdict is Verdict.OK


def test_a_mailbox_is_judged_by_how_it_was_read_last(db, settings, tmp_path):
    url = f"maildir://{tmp_path / 'box'}"
    add_mailbox(db, settings, name="bounces", url=url, now=utc_now(), actor="test")
    assert checks(db, settings)["mailbox bounces"].verdict is Verdict.UNKNOWN
    change(db, last_success_at=utc_now() - timedelta(minutes=1))
    assert checks(db, settings)["mailbox bounces"].verdict is Verdict.OK
    change(db, failures=3, error="mail.example refused the password.")
    found = checks(db, settings)["mailbox bounces"]
    assert found.verdict is Verdict.WARNING
    assert "3 times in a row: mail.example refused the password." in found.sentence
    assert found.remedy


def change(db, **values):
    with db.begin() as session:
        row = session.query(Mailbox).one()
        for name, value in values.items():
            setattr(row, name, value)
