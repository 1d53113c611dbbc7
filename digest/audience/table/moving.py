"""Exports of other services as the tables that they hold, in the order to read them in."""

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath

from digest.audience.table.forms import PLAIN, Form, Standing
from digest.audience.table.listmonk import listmonk_form
from digest.audience.table.mailchimp import STANDINGS, mailchimp_form
from digest.domain.errors import Illegal

MOST_FILES = 100  # in a ZIP
LARGEST = 4 << 30  # bytes of all files in a ZIP

# What ``zipfile`` raises for one that is damaged, needs a password, or is of a kind that it can't
# read; and what the disk says, where it has no room for what is unpacked.
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError),
    *(OSError, RuntimeError, ValueError),
)


class Service(StrEnum):
    """Whose exports are known."""

    LISTMONK = "listmonk"
    MAILCHIMP = "mailchimp"


@dataclass(frozen=True, slots=True)
class Part:
    """One table of an export."""

    path: Path
    form: Form


@dataclass(frozen=True, slots=True)
class Origin:
    """What somebody says of a file: whose export it is, if a service's, and how its people stood
    there."""

    service: Service | None = None
    standing: Standing | None = None


@contextmanager
def parts_of(path: Path, origin: Origin, *, most: int = LARGEST) -> Iterator[list[Part]]:
    """The tables of a file, while it is read. Of an export, who is gone comes first, and contacts
    who never subscribed not at all. ``most``: bytes that a ZIP may hold. ``Illegal`` where it can't
    be told what the file is."""
    service, standing = origin.service, origin.standing
    if service is None:
        yield [Part(path, _plain(standing))]
    elif service is Service.LISTMONK:
        yield [Part(path, listmonk_form(_told(standing)))]
    elif not zipfile.is_zipfile(path):
        yield [Part(path, mailchimp_form(standing or _of_name(path.name)))]
    elif standing is not None:
        raise Illegal(
            "The files of a ZIP say themselves how their people stood; leave that out (--as)."
        )
    else:
        with tempfile.TemporaryDirectory(prefix="export-") as folder:
            yield _unpacked(path, Path(folder), most)


def _plain(standing: Standing | None) -> Form:
    if standing is not None:
        raise Illegal(
            "How people stood (--as) goes with a service's export (--from); a table of yours says "
            "it in a column 'status'."
        )
    return PLAIN


def _told(standing: Standing | None) -> Standing:
    if standing is None:
        raise Illegal(
            "A listmonk export does not say who left the list. Export those with one status of "
            "the list at a time, and say which (--as): unsubscribed first, then confirmed."
        )
    return standing


def _of_name(name: str) -> Standing | None:
    kind = name.partition("_")[0]
    if kind in STANDINGS and STANDINGS[kind] is None:
        raise Illegal(f"{name} holds contacts who never subscribed; nobody of them is taken.")
    return STANDINGS.get(kind)


def _unpacked(path: Path, folder: Path, most: int) -> list[Part]:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = _unpack(archive, path.name, folder, most)
    except _BROKEN as error:
        raise Illegal(f"{path.name} can't be unpacked: {str(error)[:200]}.") from None
    if not parts:
        raise Illegal(f"{path.name} is no export of a Mailchimp audience: no subscribed_….csv.")
    return parts


def _unpack(archive: zipfile.ZipFile, name: str, folder: Path, most: int) -> list[Part]:
    found = {PurePath(info.filename).name: info for info in archive.infolist()}
    if len(found) > MOST_FILES or sum(info.file_size for info in found.values()) > most:
        raise Illegal(f"{name} holds too much for an audience.")
    parts = []
    for kind, standing in STANDINGS.items():
        for file, info in found.items():
            if standing and file.startswith(f"{kind}_") and file.endswith(".csv"):
                with archive.open(info) as source, (folder / file).open("wb") as copy:
                    shutil.copyfileobj(source, copy, 1 << 20)
                parts.append(Part(folder / file, mailchimp_form(standing)))
    return parts
