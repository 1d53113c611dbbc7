"""Runs the command ``digest`` as a person would, in a process of its own; or, where many are run,
in the test's own process."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from digest.cli import context

DIGEST = [sys.executable, "-m", "digest"]
ROOT = Path(__file__).parent.parent


def environment(**settings: Any) -> dict[str, str]:
    """The environment without anybody's own settings, and with these: ``home=…`` and so on."""
    bare = {key: value for key, value in os.environ.items() if not key.startswith("DIGEST_")}
    given = {f"DIGEST_{name.upper()}": str(value) for name, value in settings.items()}
    return bare | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"} | given


def run_digest(env: dict[str, str], *words: str, cwd: Path | None = None) -> str:
    """What a command prints; fails with what it says on standard error unless it succeeds."""
    done = try_digest(env, *words, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def try_digest(
    env: dict[str, str], *words: str, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """The finished process, however it ended."""
    return subprocess.run(
        [*DIGEST, *words],
        env=env,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


@contextmanager
def called_here(monkeypatch: pytest.MonkeyPatch, **settings: Any) -> Iterator[Callable[..., str]]:
    """Yields a function that calls ``app`` with ``words`` in this process, with these settings: it
    gives what the command prints, or raises what it raised."""
    for name, value in settings.items():
        monkeypatch.setenv(f"DIGEST_{name.upper()}", str(value))
    monkeypatch.setattr(context, "configure_logging", lambda *_: None)
    _forget()

    def call(app: Any, *words: object) -> str:
        result = CliRunner().invoke(app, [str(word) for word in words])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    yield call
    context.database().close()
    _forget()


def _forget() -> None:
    for made in (context.settings, context.database):
        made.cache_clear()
