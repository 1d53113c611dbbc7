"""The file that a backup is: a ZIP with a manifest, the database, and the keys that it needs."""

import hmac
import json
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from glob import escape
from pathlib import Path
from typing import IO
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from digest.domain.errors import Illegal, Permanent
from digest.operate.left_over import clear, held, left_over
from digest.store.copying import Contents

FORMAT = 1
MANIFEST, DATABASE = "manifest.json", "database"
KEYS = ("secret_key", "suppression_key")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. ``keys``: a fingerprint of each key that the rows need."""

    format: int
    kind: str  # sqlite or postgresql
    revision: str  # of the schema
    version: str  # of the application
    taken_at: datetime
    database_id: UUID
    epoch: int
    counts: dict[str, int]
    keys: dict[str, str]
    holds_keys: bool


def fingerprint(key: bytes) -> str:
    """What tells two keys apart and neither."""
    return hmac.digest(key, b"bluf-digest backup", "sha256").hex()[:16]


@contextmanager
def new_file(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """A name to write under, readable by its owner alone; it becomes ``path`` with the end of the
    block, whole and on disk, or not at all. ``Illegal`` where there is such a file already."""
    clear(left_over(path.parent, f".{escape(path.name)}.*.part"))
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise Illegal(f"{path} can't be written ({error.strerror}).") from None
    try:
        with held(draft):
            yield draft
        _sync(draft)
        _publish(draft, path, overwrite=overwrite)
        _sync(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _publish(draft: Path, path: Path, *, overwrite: bool) -> None:
    if overwrite:
        draft.replace(path)
        return
    try:
        os.link(draft, path)  # fails where a file of that name came meanwhile
    except FileExistsError:
        raise Illegal(f"There is a file {path} already; give another name, or --force.") from None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_backup(
    draft: Path,
    dump: Callable[[IO[bytes]], Contents],
    describe: Callable[[Contents], Manifest],
    keys: Mapping[str, bytes],
    *,
    is_packed: bool,
) -> Manifest:
    """Fill ``draft``: ``dump`` writes the database to what it is given, and says what that holds;
    ``is_packed`` where it is compressed already. The manifest comes last: then the file is whole.
    """
    how = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(draft, "w", how, compresslevel=1) as archive:
        with archive.open(DATABASE, "w", force_zip64=True) as member:
            manifest = describe(dump(member))
        for name, key in keys.items():
            archive.writestr(name, key)
        archive.writestr(MANIFEST, TypeAdapter(Manifest).dump_json(manifest, indent=2))
    return manifest


class BackupFile:
    """A backup that was checked to its last octet. Open as a context."""

    def __init__(self, path: Path) -> None:
        """``Illegal`` where there is no such file or it is none of ours, ``Permanent`` where it is
        damaged."""
        try:
            self._archive = zipfile.ZipFile(path)
            damaged = self._archive.testzip()
            manifest = json.loads(self._archive.read(MANIFEST))
        except OSError as error:
            raise Illegal(f"{path} can't be read ({error.strerror or error}).") from None
        except zipfile.BadZipFile:
            raise Permanent(f"{path} is not a backup, or it is cut off or damaged.") from None
        except (KeyError, ValueError):
            raise Illegal(f"{path} is not a backup made by `digest backup`.") from None
        if damaged is not None:
            raise Permanent(f"{path} is damaged: what it says of its {damaged} is not true.")
        self.manifest = _understood(path, manifest)

    def __enter__(self) -> "BackupFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def database(self) -> IO[bytes]:
        """The copy of the database, to be read."""
        return self._archive.open(DATABASE)

    def key(self, name: str) -> bytes | None:
        """One of the keys; None where the backup was made without them."""
        return self._archive.read(name) if name in self._archive.namelist() else None


def _understood(path: Path, manifest: object) -> Manifest:
    version = manifest.get("format") if isinstance(manifest, dict) else None
    if isinstance(version, int) and version > FORMAT:
        raise Illegal(f"{path} was made by a newer version than this; install that one.")
    try:
        return TypeAdapter(Manifest).validate_python(manifest)
    except ValidationError:
        raise Illegal(f"{path} is not a backup made by `digest backup`.") from None
