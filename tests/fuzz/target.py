"""A target: where its inputs come from, and what must hold for each."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from hypothesis.strategies import SearchStrategy

FINDINGS = Path(__file__).parents[1] / "corpus" / "fuzz"
LONGEST = 3.0  # seconds of processor time for one input; each has 64 kB at most


@dataclass(frozen=True)
class Target:
    """``check`` raises where what must hold doesn't; an input is bytes, whatever it means."""

    inputs: SearchStrategy[bytes]
    check: Callable[[bytes], None]
    short: int = 50  # examples in `make test`

    def judge(self, data: bytes) -> None:
        """Checks one input, and that it took no time to speak of."""
        began = process_time()
        self.check(data)
        took = process_time() - began
        assert took < LONGEST, f"it took {took:.1f} s"


def findings(name: str) -> list[Path]:
    """The inputs that once broke this target."""
    return sorted((FINDINGS / name).glob("*"))
