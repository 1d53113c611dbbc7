"""Every command explains itself by an example that works, and documents name real commands."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from digest.cli.app import whole_tree
from digest.demo.newsroom import Newsroom
from tests.rules.documents import NAMES, commands, read, section, ticked
from tests.servers import answers, free_port, wait_until

Command = Any  # a command or a group of them, of typer's own kind

DIGEST: Command = whole_tree()


def leaves(command: Command = DIGEST, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Command]]:
    """All commands by their words."""
    if not hasattr(command, "commands"):
        yield " ".join(path), command
        return
    for name, child in command.commands.items():
        yield from leaves(child, (*path, name))


COMMANDS = dict(leaves())
each_command = pytest.mark.parametrize("words", COMMANDS)


def parse(line: str) -> str:
    """Read a command line as the command itself would, without running it; gives its words.

    Fails where a command, an option or a choice does not exist, or something required is missing.
    """
    program, *rest = shlex.split(line, comments=True)
    assert program == "digest"
    command, path = DIGEST, list[str]()
    while hasattr(command, "commands"):
        assert rest, f"{line}: a command is missing"
        assert rest[0] in command.commands, f"{line}: there is no command {rest[0]!r}"
        path.append(rest[0])
        command, rest = command.commands[rest[0]], rest[1:]
    if rest != ["--help"]:
        command.make_context(path[-1], rest)
    return " ".join(path)


def example_of(words: str) -> str:
    _, found, example = (COMMANDS[words].help or "").partition("Example:")
    assert found, f"`digest {words}` has no example"
    return " ".join(example.split())


@each_command
def test_every_command_says_what_it_does_and_gives_an_example_of_itself(words):
    assert len((COMMANDS[words].help or "").partition("Example:")[0].strip()) > 10
    assert parse(example_of(words)) == words


def test_a_command_is_imported_when_it_is_called_and_not_before():
    loaded = "import sys; from digest.cli.app import app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True)
    names = done.stdout.split()
    assert not [name for name in names if name.startswith("digest.actions")]
    assert "premailer" not in names


def test_every_group_says_what_it_is_about():
    groups = [child for child in DIGEST.commands.values() if hasattr(child, "commands")]
    assert groups
    assert all(group.help for group in groups)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_line_of_a_document_can_be_read(name):
    for line in commands(read(name)):
        parse(line)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_that_a_document_names_exists(name):
    """In running text, arguments may be left out."""
    for words in ticked(read(name)):
        if not words.startswith("digest "):
            continue
        command, rest = DIGEST, words.split()[1:]
        while hasattr(command, "commands") and rest:
            assert rest[0] in command.commands, words
            command, rest = command.commands[rest[0]], rest[1:]
        options = {flag for option in command.params for flag in option.opts} | {"--help"}
        assert {word for word in rest if word.startswith("-")} <= options, words


# From nothing to a mail.


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DIGEST_HOME": str(tmp_path / "home"),
        "DIGEST_FETCH_ALLOW": "127.0.0.0/8",
        "DIGEST_FETCH_DELAY": "0",
    }


def readme_commands() -> list[str]:
    return commands(
        section(read("README.md"), "## Use it for your own newsroom").split("So far")[0]
    )


def test_the_readme_takes_twelve_commands_at_most():
    assert 5 < len(readme_commands()) <= 12


def test_the_readme_leads_from_nothing_to_a_mail(tmp_path, environment):
    *steps, last = readme_commands()
    assert last == "digest up"
    with Newsroom(datetime.now(UTC)) as newsroom:
        here = newsroom.ledger.base_url
        run(
            [line.replace("https://ledger.example/", here) for line in steps], tmp_path, environment
        )
        preview = (tmp_path / "preview.html").read_text("utf-8")
        assert "The Daily Brief" in preview
        mail = first_mail_of_up(tmp_path / "home/outbox/new", environment)
    assert mail["Delivered-To"] == "ana@example.org"
    assert mail["From"] == "The Daily Brief <brief@news.example>"
    (html,) = [part for part in mail.walk() if part.get_content_type() == "text/html"]
    lead = re.search(r"<h2[^>]*>(?:<[^>]+>|\s)*([^<]+)", preview)
    assert lead is not None
    assert lead[1].strip() in html.get_payload(decode=True).decode()


ONE_AFTER_ANOTHER = """
import shlex, sys
from digest.cli.app import app
for line in sys.argv[1:]:
    app(shlex.split(line)[1:], standalone_mode=False)
"""


def run(lines: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Run commands in one process: starting takes longer than what they do."""
    words = [sys.executable, "-c", ONE_AFTER_ANOTHER, *lines]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def first_mail_of_up(maildir: Path, environment: dict[str, str]) -> Any:
    """What `digest up` delivers first; it is then asked to stop, and does."""
    port = free_port()
    words = [sys.executable, "-m", "digest", "up", "--port", str(port)]
    process = subprocess.Popen(
        words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: answers(port), "digest up listens")
        wait_until(lambda: maildir.is_dir() and any(maildir.iterdir()), "a mail comes", 30)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(40)
    (file,) = maildir.iterdir()
    return message_from_bytes(file.read_bytes())
