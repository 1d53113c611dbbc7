"""The demonstration: the whole service in one command, on a machine that has nothing."""

import time

import pytest

from digest.demo.people import PEOPLE
from tests.commands import environment, run_digest, try_digest


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """One demonstration: the folder it left, what it said, and the seconds it took."""
    folder = tmp_path_factory.mktemp("demo")
    began = time.monotonic()
    said = run_digest(environment(), "demo", "--once", cwd=folder)
    return folder / "digest-demo", said, time.monotonic() - began


def test_it_sends_fifty_mails_that_were_read_back_and_checked(demo):
    _, said, _ = demo
    assert "50 mails, each to its own reader alone, nothing wrong" in said
    assert "roster 51 = 50 sent + 1 failed, balanced" in said


def test_it_takes_less_than_a_minute(demo):
    assert demo[2] < 60


def test_it_leaves_each_mail_with_its_parts(demo):
    folder, _, _ = demo
    mails = sorted((folder / "mails").glob("*.eml"))
    assert len(mails) == 50
    assert all(mail.with_suffix(".txt").stat().st_size > 1_000 for mail in mails)
    assert sum(mail.with_suffix(".html").exists() for mail in mails) == len(mails) - sum(
        person.text_only for person in PEOPLE
    )


def test_what_it_leaves_can_be_asked_with_the_other_commands(demo):
    folder, _, _ = demo
    env = environment(home=folder / "home")
    assert "balanced" in run_digest(env, "campaign", "audit", "latest")
    assert "World" in run_digest(env, "edition", "show", "latest")


def test_it_can_be_repeated_in_the_same_folder_and_spares_other_folders(demo):
    folder, _, _ = demo
    (folder.parent / "other").mkdir()
    (folder.parent / "other" / "precious").touch()
    refused = try_digest(environment(), "demo", "--once", "--folder", "other", cwd=folder.parent)
    assert refused.returncode == 2
    assert refused.stderr == ("digest: other holds other files; name another one with --folder.\n")
    assert (folder.parent / "other" / "precious").exists()
