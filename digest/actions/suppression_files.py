"""The suppression list as rows to keep elsewhere, and rows from elsewhere: streamed both ways."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from digest.actions.list_suppressions import Kept
from digest.audience.table.cells import unquoted
from digest.domain.address import parse_address
from digest.domain.csv_cells import csv_line
from digest.domain.errors import Illegal
from digest.domain.states import SuppressionReason
from digest.settings import Settings
from digest.store.audit import record
from digest.store.engine import Database
from digest.store.suppressions import all_suppressions, suppress_many
from digest.tokens import hash_address

COLUMNS = ("address", "address_hash", "reason", "since", "note")
CHUNK = 500  # rows in one transaction

_HASH = re.compile(r"[0-9a-f]{32}")
_ADDRESS_NAMES = ("address", "email", "e-mail", "email address", "mail")


@dataclass(slots=True)
class Imported:
    """What an import did."""

    added: int = 0
    known: int = 0
    rejected: int = 0


def export_suppressions(db: Database) -> Iterator[Kept]:
    """Every suppression; who was erased is there by the hash alone."""
    with db.read() as session:
        for row in all_suppressions(session):
            yield Kept(row.address, row.address_hash, row.reason.value, row.note, row.since)


def export_lines(db: Database) -> Iterator[str]:
    """The same as lines of CSV, the header first."""
    yield csv_line(COLUMNS)
    for one in export_suppressions(db):
        yield csv_line((one.address, one.address_hash, one.reason, one.since.isoformat(), one.note))


def import_suppressions(
    db: Database,
    settings: Settings,
    lines: Iterable[str],
    *,
    now: datetime,
    actor: str,
    on_reject: Callable[[int, str], None] = lambda _, __: None,
) -> Imported:
    """Suppress each row of a CSV with a header, or each line where there is none; the reason that
    an address had before stays. Lines that can't be read are told to ``on_reject``, with why."""
    found = Imported()
    rows = _rows(lines, settings, now, found, on_reject)
    while chunk := list(islice(rows, CHUNK)):
        with db.begin() as session:
            added = suppress_many(session, chunk)
        found.added += added
        found.known += len(chunk) - added
    with db.begin() as session:
        after = {"added": found.added, "known": found.known, "rejected": found.rejected}
        record(
            session,
            now=now,
            actor=actor,
            action="imported",
            noun="suppression",
            noun_id="list",
            after=after,
        )
    return found


def _rows(
    lines: Iterable[str],
    settings: Settings,
    now: datetime,
    found: Imported,
    on_reject: Callable[[int, str], None],
) -> Iterator[dict[str, object]]:
    reader = csv.reader(line.replace("\0", "") for line in lines)
    names: list[str] | None = None
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            found.rejected += 1
            on_reject(reader.line_num, f"{error}.")
            continue
        if names is None:
            names = _header(cells)
            if names is not None:
                continue
            names = list(COLUMNS[:1])
        if any(cell.strip() for cell in cells):
            values = dict(zip(names, (unquoted(cell).strip() for cell in cells), strict=False))
            try:
                yield _row(values, settings, now)
            except Illegal as error:
                found.rejected += 1
                on_reject(reader.line_num, str(error))


def _header(cells: list[str]) -> list[str] | None:
    """The columns' names, where the first row names them."""
    names = [cell.strip().lstrip("\ufeff").lower() for cell in cells]
    names = ["address" if name in _ADDRESS_NAMES else name for name in names]
    return names if {"address", "address_hash"} & set(names) else None


def _row(values: dict[str, str], settings: Settings, now: datetime) -> dict[str, object]:
    written = values.get("address", "").lstrip("\ufeff")
    if written:
        address: str | None = str(parse_address(written))
        address_hash = hash_address(settings, address or "")
    else:
        address, address_hash = None, values.get("address_hash", "")
        if not _HASH.fullmatch(address_hash):
            raise Illegal("There is neither an address nor the hash of one.")
    return {
        "address_hash": address_hash,
        "address": address,
        "reason": _reason(values.get("reason", "")),
        "note": values.get("note") or None,
        "since": _since(values.get("since", ""), now),
    }


def _reason(word: str) -> SuppressionReason:
    try:
        return SuppressionReason(word.lower().replace(" ", "_"))
    except ValueError:
        return SuppressionReason.MANUAL


def _since(text: str, now: datetime) -> datetime:
    try:
        since = datetime.fromisoformat(text)
    except ValueError:
        return now
    return since if since.tzinfo else since.replace(tzinfo=UTC)
