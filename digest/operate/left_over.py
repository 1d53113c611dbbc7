"""Files and folders to work in: what a process leaves that is killed, the next one clears away."""

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def workplace(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder that only its owner may read; it goes with the end of the block."""
    clear(left_over(parent, f"{prefix}*"))
    with TemporaryDirectory(dir=parent, prefix=prefix) as name, held(place := Path(name)):
        yield place


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Say that somebody works at it: the kernel forgets that with the process, however it ends."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError):  # a network's file system that can't: then nobody clears it
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def left_over(parent: Path, pattern: str) -> Iterator[Path]:
    """What is there of that name, and nobody works at."""
    for path in parent.glob(pattern):
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except OSError:  # another's, or gone
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield path
        except OSError:  # somebody does
            pass
        finally:
            os.close(descriptor)


def clear(paths: Iterable[Path]) -> None:
    """Take them away."""
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
