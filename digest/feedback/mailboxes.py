"""Mails out of files: an .eml, an mbox, a Maildir, or a folder of them."""

import re
from collections.abc import Iterator
from pathlib import Path

from digest.domain.errors import Illegal, NotFound

LARGEST = 10_000_000  # bytes of a mail that are read; what is longer is cut off there
_FROM_LINE = re.compile(rb"\AFrom \S+ +\w{3} \w{3} ")
_NEXT = re.compile(rb"\r?\n\r?\n(?=From \S+ +\w{3} \w{3} )")


def mails_in(data: bytes) -> list[bytes]:
    """The mails of an mbox (RFC 4155), or the one mail that ``data`` is."""
    if not _FROM_LINE.match(data[:200]):
        return [data]
    return [piece for piece in _NEXT.split(data) if piece.strip()]


def mails_at(path: Path) -> Iterator[tuple[str, bytes]]:
    """Each mail's place and bytes, in a stable order; an mbox is streamed.

    ``NotFound`` or ``Illegal`` where there is nothing to read.
    """
    if path.is_dir():
        yield from _in_folder(path)
        return
    try:
        with path.open("rb") as file:
            head = file.read(200)
        if not _FROM_LINE.match(head):
            with path.open("rb") as file:
                yield str(path), file.read(LARGEST)
            return
    except FileNotFoundError:
        raise NotFound(f"There is no {path}; give a mail, an mbox or a Maildir.") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise Illegal(f"{path} can't be read ({why}).") from None
    for mail in _mbox(path):
        yield str(path), mail


def _in_folder(path: Path) -> Iterator[tuple[str, bytes]]:
    """A Maildir's ``new`` and ``cur``, or a folder of .eml files."""
    boxes = [path / name for name in ("new", "cur") if (path / name).is_dir()]
    if boxes:
        files = [one for box in boxes for one in sorted(box.iterdir())]
    else:
        files = sorted(one for one in path.iterdir() if one.suffix.lower() in (".eml", ".mbox"))
    for file in files:
        if file.is_file() and not file.name.startswith("."):
            yield from mails_at(file)


def _mbox(path: Path) -> Iterator[bytes]:
    """Mail after mail: a line ``From `` behind an empty one begins the next."""
    lines: list[bytes] = []
    size, after_empty = 0, True
    with path.open("rb") as file:
        for line in iter(lambda: file.readline(1_000_000), b""):
            if after_empty and lines and _FROM_LINE.match(line):
                yield b"".join(lines)
                lines, size = [], 0
            if size < LARGEST:
                lines.append(line)
                size += len(line)
            after_empty = line in (b"\n", b"\r\n")
    if lines:
        yield b"".join(lines)
