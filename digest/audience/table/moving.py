"""Exports of other services as the tables that they hold, in the order to read them in."""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath

from digest.audience.table.forms import Form, Standing
from digest.audience.table.listmonk import listmonk_form
from digest.audience.table.mailchimp import STANDINGS, mailchimp_form
from digest.domain.errors import Illegal

MOST_FILES = 100  # in a ZIP
LARGEST = 4 << 30  # bytes of one file in a ZIP


class Service(StrEnum):
    """Whose exports are known."""

    LISTMONK = "listmonk"
    MAILCHIMP = "mailchimp"


@dataclass(frozen=True, slots=True)
class Part:
    """One table of an export."""

    path: Path
    form: Form


@contextmanager
def parts_of(path: Path, service: Service, standing: Standing | None) -> Iterator[list[Part]]:
    """The tables of an export, while it is read: who is gone comes first, and contacts who never
    subscribed not at all. ``standing`` is what somebody says of the people of a single file.
    ``Illegal`` where it can't be told."""
    if service is Service.LISTMONK:
        yield [Part(path, listmonk_form(_told(standing)))]
    elif not zipfile.is_zipfile(path):
        yield [Part(path, mailchimp_form(standing or _of_name(path.name)))]
    elif standing is not None:
        raise Illegal("The files of a ZIP say themselves how their people stood; leave out --as.")
    else:
        with tempfile.TemporaryDirectory(prefix="export-") as folder:
            yield _unpacked(path, Path(folder))


def _told(standing: Standing | None) -> Standing:
    if standing is None:
        raise Illegal(
            "A listmonk export does not say who left the list. Export those with one status of "
            "the list at a time, and say by --as which: unsubscribed first, then confirmed."
        )
    return standing


def _of_name(name: str) -> Standing | None:
    kind = name.partition("_")[0]
    if kind in STANDINGS and STANDINGS[kind] is None:
        raise Illegal(f"{name} holds contacts who never subscribed; nobody of them is taken.")
    return STANDINGS.get(kind)


def _unpacked(path: Path, folder: Path) -> list[Part]:
    with zipfile.ZipFile(path) as archive:
        found = {PurePath(info.filename).name: info for info in archive.infolist()}
        if len(found) > MOST_FILES or any(info.file_size > LARGEST for info in found.values()):
            raise Illegal(f"{path.name} holds too much for an audience.")
        parts = []
        for kind, standing in STANDINGS.items():
            for name, info in found.items():
                if standing and name.startswith(f"{kind}_") and name.endswith(".csv"):
                    _unpack(archive, info, folder / name)
                    parts.append(Part(folder / name, mailchimp_form(standing)))
    if not parts:
        raise Illegal(f"{path.name} is no export of a Mailchimp audience: no subscribed_….csv.")
    return parts


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    try:
        with archive.open(info) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise Illegal(f"{info.filename} can't be unpacked: {error}.") from None
