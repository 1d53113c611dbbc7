"""A flag that a process and those forked from it share."""

from mmap import mmap


class SharedFlag:
    """Raised by any of them and seen by all, as a ``threading.Event`` is within one process.

    It is an octet of shared memory and has no lock that a killed process could keep.
    """

    def __init__(self) -> None:
        self._octet = mmap(-1, 1)  # anonymous and shared: children inherit it

    def set(self) -> None:
        self._octet[0] = 1

    def clear(self) -> None:
        self._octet[0] = 0

    def is_set(self) -> bool:
        return self._octet[0] == 1
