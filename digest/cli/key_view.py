"""How signing keys are shown."""

from collections.abc import Iterable, Sequence

from rich.table import Table

from digest.cli.context import console
from digest.domain.signing_key import KeyAlgorithm
from digest.store.signing_keys import SigningKey


def as_table(rows: Iterable[tuple[SigningKey, str]]) -> Table:
    """Keys with their states, a line each."""
    table = Table("domain", "selector", "algorithm", "state", "signs since", box=None)
    for key, state in rows:
        since = f"{key.active_from:%Y-%m-%d %H:%M} UTC" if key.active_from else ""
        table.add_row(key.domain, key.selector, key.algorithm.value, state, since)
    return table


def print_record(key: SigningKey) -> None:
    """Plain lines: nothing may break a value that is copied into a zone file."""
    record = key.record
    print(f"Name:  {record.name}\nType:  TXT\nValue: {record.quoted}\n")


def as_row(key: SigningKey, state: str) -> dict[str, object]:
    record = key.record
    return {
        "domain": key.domain,
        "selector": key.selector,
        "algorithm": key.algorithm,
        "state": state,
        "created_at": key.created_at,
        "active_from": key.active_from,
        "retired_at": key.retired_at,
        "dns": {"name": record.name, "value": record.value, "strings": record.strings},
    }


def names_of(keys: Sequence[SigningKey]) -> str:
    return " and ".join(key.selector for key in keys) or "nothing"


def warn_without_rsa(keys: Sequence[SigningKey]) -> None:
    if keys and KeyAlgorithm.RSA not in {key.algorithm for key in keys}:
        console.print("Not all receivers know Ed25519: let an RSA key sign as well.")
