"""Files that hold secrets, and who else on the machine may read them."""

import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def open_to_others(home: Path, given: Iterable[Path]) -> Iterator[Path]:
    """What others than its owner may read: of HOME, unless its folder keeps them out, the keys and
    the database; and of the files that settings were given by."""
    if _is_open(home):
        kept = (*home.glob("*.key"), *home.glob("*.db"))
        yield from (path for path in kept if _is_open(path))
    yield from (path for path in given if _is_open(path) and _is_open(path.parent))


def _is_open(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & OTHERS)
    except OSError:
        return False  # not there, or not for us either
