"""The adapter for captured pages on this machine: a folder, or one file."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from digest.collect.canonical import canonical_url
from digest.collect.extract import explain
from digest.collect.gather import brief_of
from digest.collect.item import Item, clean_categories
from digest.collect.spec import Collected, Remark, Visit
from digest.domain.brief import CollectedBrief
from digest.domain.errors import DigestError, Permanent

MAX_BYTES = 10 * 1024 * 1024
MAX_FILES = 10_000
CONTENT_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".txt": "text/plain",
    ".md": "text/markdown",
}


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    name: str  # relative to the folder, with slashes
    changed: datetime
    size: int


def collect_folder(visit: Visit) -> Collected:
    """The folder's newest pages as briefs; nothing where no file was added or changed."""
    root = local_path(visit.source.url)
    skipped: list[Remark] = []
    files = list(_files(root, skipped))
    files.sort(key=lambda file: (file.changed, file.name), reverse=True)
    state = _state(files)
    if state == visit.source.etag:
        return visit.unchanged()
    briefs: list[CollectedBrief] = []
    notes: list[Remark] = []
    for file in files[: visit.source.options.max_items]:
        brief = _brief(file, visit, skipped, notes)
        if brief is not None:
            briefs.append(brief)
    return Collected(
        briefs=tuple(briefs),
        etag=None if skipped else state,
        skipped=tuple(skipped),
        notes=tuple(notes),
    )


def local_path(url: str) -> Path:
    """The path that a path or a file: URL names; ``Permanent`` where nothing is there."""
    text = unquote(urlsplit(url).path) if url.startswith("file:") else url
    try:
        path = Path(text).expanduser().resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        raise Permanent(f"There is no file or folder {text[:200]!r}.") from None
    return path


def _files(root: Path, skipped: list[Remark]) -> Iterator[_File]:
    if root.is_file():
        yield from _file(root, root.parent, skipped)
        return
    if not os.access(root, os.R_OK | os.X_OK):
        raise Permanent(f"The folder {str(root)[:200]!r} can't be read.")
    count = 0
    for folder, inner, names in os.walk(root):  # which does not follow links to folders
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in sorted(names):
            if name.startswith(".") or Path(name).suffix.lower() not in CONTENT_TYPES:
                continue
            count += 1
            if count > MAX_FILES:
                skipped.append(Remark(str(root.name), f"Only {MAX_FILES} files are read."))
                return
            yield from _file(Path(folder, name), root, skipped)


def _file(path: Path, root: Path, skipped: list[Remark]) -> Iterator[_File]:
    name = path.relative_to(root).as_posix()
    try:
        real = path.resolve(strict=True)
        status = real.stat()
    except (OSError, RuntimeError):
        skipped.append(Remark(name, "The file can't be read."))
        return
    if not real.is_relative_to(root):
        skipped.append(Remark(name, "It is a link that leads out of the folder."))
    elif not real.is_file():
        skipped.append(Remark(name, "It is not a file."))
    elif status.st_size > MAX_BYTES:
        skipped.append(Remark(name, f"It is larger than {MAX_BYTES // 1024 // 1024} MB."))
    else:
        changed = datetime.fromtimestamp(status.st_mtime, UTC)
        yield _File(real, name, changed, status.st_size)


def _state(files: list[_File]) -> str:
    """A fingerprint of names, times and sizes."""
    lines = (f"{file.name}\0{file.changed.timestamp()}\0{file.size}\n" for file in files)
    return "files:" + hashlib.sha256("".join(lines).encode("utf-8", "replace")).hexdigest()


def _brief(
    file: _File, visit: Visit, skipped: list[Remark], notes: list[Remark]
) -> CollectedBrief | None:
    guid = "file:" + quote(file.name)
    if visit.source.collected_at and visit.is_settled(guid, guid, file.changed):
        return None
    try:
        document = file.path.read_bytes()
        content_type = CONTENT_TYPES.get(file.path.suffix.lower(), "text/plain")
        base = _published_at(file, visit)
        found = explain(document, url=base, content_type=content_type)
    except OSError as error:
        skipped.append(Remark(file.name, f"The file can't be read ({error.strerror})."))
        return None
    except DigestError as error:
        skipped.append(Remark(file.name, str(error)))
        return None
    extracted = found.extracted
    if not extracted.title or not (extracted.bluf or extracted.body):
        skipped.append(Remark(file.name, "The file has no title or no text."))
        return None
    url = (canonical_url(extracted.url) if extracted.url else None) or base or guid
    published = extracted.published or file.changed
    categories = clean_categories(found.metadata.categories)
    item = Item(link=url, guid=guid, published=published, categories=categories)
    return brief_of(item, extracted, url, visit, notes)


def _published_at(file: _File, visit: Visit) -> str | None:
    base = visit.source.options.base_url
    return canonical_url(base.rstrip("/") + "/" + quote(file.name)) if base else None
