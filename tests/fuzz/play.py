"""One target, attacked for a while."""

import faulthandler
import hashlib
import resource
import secrets
from pathlib import Path
from time import monotonic
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS

BUILD = Path("build/fuzz")
MEMORY = 2 << 30  # bytes: who needs more broke something
HANGS = 60  # seconds after which an input is taken to have no end
ROUND = 2_000  # inputs from one seed


def play(name: str, lasting: float) -> dict[str, Any]:
    """How many inputs were tried in so many seconds, and the first that broke something."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    BUILD.mkdir(parents=True, exist_ok=True)
    attack = _Attack(TARGETS[name], BUILD / f"{name}.last", monotonic() + lasting)
    began = monotonic()
    broke, kept = attack.run(), ""
    if broke:
        kept = str(_keep(name, attack.last))
    return {
        "examples": attack.tried,
        "seconds": monotonic() - began,
        "broke": broke,
        "input": kept,
    }


class _Attack:
    """Rounds of inputs until the time is over; the input at hand is in a file, should it hang."""

    def __init__(self, target: Target, file: Path, end: float) -> None:
        self.tried = 0
        self.last = b""
        self._target = target
        self._file = file
        self._end = end
        self._broke = False

    def run(self) -> str:
        """What broke, in a line; empty where nothing did."""
        while monotonic() < self._end:
            try:
                self._round()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what this is for
                return f"{type(error).__name__}: {error}".splitlines()[0][:300]
        return ""

    def _round(self) -> None:
        @seed(secrets.randbits(64))
        @settings(
            max_examples=ROUND,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            print_blob=False,
        )
        @given(self._target.inputs)
        def attack(data: bytes) -> None:
            if self._broke or monotonic() < self._end:
                self._try(data)

        attack()

    def _try(self, data: bytes) -> None:
        self.tried += 1
        self.last = data
        self._file.write_bytes(data)
        faulthandler.dump_traceback_later(HANGS, exit=True)
        try:
            self._target.judge(data)
        except BaseException:
            self._broke = True  # it is made smaller, however long that takes
            raise
        finally:
            faulthandler.cancel_dump_traceback_later()


def _keep(name: str, data: bytes) -> Path:
    folder = BUILD / name
    folder.mkdir(exist_ok=True)
    path = folder / hashlib.sha256(data).hexdigest()[:12]
    path.write_bytes(data)
    return path
