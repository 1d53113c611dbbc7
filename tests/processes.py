"""The service as separate processes, started and stopped together."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.commands import ROOT

GOODBYE_SECONDS = 30
CELERY = [sys.executable, "-m", "celery", "-A", "workers.app"]


def worker(name: str) -> list[str]:
    """The command of a Celery worker with two processes of its own."""
    return [*CELERY, "worker", "--concurrency", "2", "--hostname", f"{name}@%h"]


def beat(folder: Path, name: str) -> list[str]:
    """The command of a beat that keeps its process id in a folder."""
    return [*CELERY, "beat", "--pidfile", str(folder / f"{name}.pid")]


@contextmanager
def running(env: Mapping[str, str], log: Path, *commands: Sequence[str]) -> Iterator[None]:
    """All of them, writing to one log; each is asked to end with the block, and has to."""
    started: list[subprocess.Popen[bytes]] = []
    with log.open("ab") as said:
        try:
            for command in commands:
                started.append(
                    subprocess.Popen(command, env=env, cwd=ROOT, stdout=said, stderr=said)
                )
            yield
        finally:
            for process in started:
                process.send_signal(signal.SIGTERM)
            for process in started:
                _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(GOODBYE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
