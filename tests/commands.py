"""Runs the command ``digest`` as a person would: in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

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
