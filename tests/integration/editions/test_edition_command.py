"""``digest edition``: what it prints, writes and exits with."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from digest.cli import context
from digest.cli.edition import app
from digest.domain.errors import Illegal, NotFound
from digest.store.engine import Database
from tests.builders import NOW
from tests.integration.editions.newsroom import a_newsroom, publish

Command = Callable[..., Result]
AT = ("--now", "2026-03-10T07:00")


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """SQLite only: what is printed does not depend on the database."""
    return f"sqlite:///{tmp_path / 'digest.db'}"


@pytest.fixture
def run(db: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Runs a command on a newsroom with one brief and a copy that is too old."""
    monkeypatch.setenv("DIGEST_DATABASE_URL", database_url)
    monkeypatch.setenv("DIGEST_BASE_URL", "https://news.example")
    context.settings.cache_clear()
    context.database.cache_clear()
    a_newsroom(db)
    publish(db, 1, title="Ferries halt", categories=("World",))
    publish(db, 2, title="Old news", published_at=NOW.replace(year=2025))
    runner = CliRunner()
    yield lambda *words: runner.invoke(app, words, catch_exceptions=False)
    context.database().close()
    context.settings.cache_clear()
    context.database.cache_clear()


def test_build_and_show_print_the_same_document(run: Command) -> None:
    built = json.loads(run("build", "daily", "--json", *AT).stdout)
    assert list(built) == ["edition", "list", "stream", "run", "subject", "briefs", "excluded"]
    assert (built["list"], built["stream"], built["run"]) == ("daily", "each", None)
    assert built["subject"] == "Ferries halt"
    (brief,) = built["briefs"]
    assert list(brief) == ["id", "title", "bullets", "related", "why"]
    assert brief["why"].startswith("1 of 1 by rank")
    (excluded,) = built["excluded"]
    assert list(excluded) == ["id", "title", "why"]
    assert excluded["why"].startswith("too old")
    for name in (built["edition"], "daily", "latest"):
        assert json.loads(run("show", name, "--json").stdout) == built


def test_show_tells_people_why(run: Command) -> None:
    run("build", "daily", *AT)
    shown = " ".join(run("show", "daily").stdout.split())
    assert "No. 1 · draft" in shown
    assert "Ferries halt" in shown
    assert "1 of 1 by rank" in shown
    assert "1 left out Old news too old" in shown


def test_no_edition_is_told_on_standard_error_and_is_no_failure(run: Command) -> None:
    result = run("build", "daily", "--json", "--now", "2027-01-01T00:00Z")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["edition"] is None
    assert "No edition: nothing new has arrived since 2026-12-31 00:00 UTC." in result.stderr


def test_an_edition_goes_from_draft_to_approved_to_withdrawn(run: Command) -> None:
    run("build", "daily", *AT)
    assert run("check", "daily").exit_code == 0
    assert "Approved No. 1 of daily" in run("approve", "daily", "--version", "1").stdout
    assert json.loads(run("list", "--json").stdout)[0]["state"] == "approved"
    assert "Withdrew No. 1" in run("withdraw", "daily", "--reason", "figures").stdout
    assert "withdrawn" in run("list", "daily").stdout


def test_a_check_that_finds_an_error_fails(run: Command, db: Database) -> None:
    from digest.store.lists import find_list

    with db.begin() as session:
        find_list(session, "daily").postal_address = ""
    run("build", "daily", *AT)
    result = run("check", "daily")
    assert result.exit_code == 1
    assert "error: html: The list has no postal address" in result.stdout
    assert run("check", "daily", "--json").exit_code == 1


def test_a_preview_is_printed_or_written(run: Command, tmp_path: Path) -> None:
    run("build", "daily", *AT)
    assert run("preview", "daily").stdout.startswith("Subject: Ferries halt\n\n")
    html, text = tmp_path / "mail.html", tmp_path / "mail.txt"
    run("preview", "daily", "--as", "topic:World", "--html", str(html), "--text", str(text))
    assert "Ferries halt" in html.read_text()
    assert "Ferries halt" in text.read_text()
    with pytest.raises(Illegal, match="no HTML part"):
        run("preview", "daily", "--as", "text", "--html", str(html))
    with pytest.raises(Illegal, match="can't be written"):
        run("preview", "daily", "--html", str(tmp_path / "no" / "folder.html"))


def test_an_edition_that_is_not_there_is_one_sentence(run: Command) -> None:
    with pytest.raises(NotFound, match="There are no editions yet"):
        run("show", "latest")
    with pytest.raises(NotFound, match="daily has no editions yet"):
        run("show", "daily")
    with pytest.raises(NotFound, match="There is no list 'nightly'"):
        run("show", "nightly")


def test_every_command_has_an_example(run: Command) -> None:
    for command in ("build", "show", "list", "check", "approve", "withdraw", "preview"):
        assert "Example: digest edition " + command in run(command, "--help").stdout
