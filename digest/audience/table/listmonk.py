"""listmonk's export of subscribers: ``uuid,email,name,attributes,status,created_at,updated_at``.

``attributes`` is a JSON object; ``status`` is enabled, disabled or blocklisted, and says nothing of
a list: who left the list that was exported is ``enabled`` like everybody else.
"""

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from digest.audience.table.columns import MOST_ATTRIBUTES, Columns, attribute_name
from digest.audience.table.forms import Form, MovingReader, Standing
from digest.audience.table.people import Person, check_attribute
from digest.domain.errors import Illegal

COLUMNS = {"email": "address", "name": "name", "attributes": "attributes", "status": "status"}
_BARRED = {"blocklisted", "blacklisted"}  # the latter before listmonk 1.0


def listmonk_form(standing: Standing) -> Form:
    """How a table is read whose people all stood like this on the list that was exported."""
    return Form(_find_columns, partial(ListmonkReader, standing=standing))


def _find_columns(first_row: Sequence[str]) -> Columns:
    heads = [cell.strip().casefold() for cell in first_row]
    missing = [head for head in COLUMNS if head not in heads]
    if missing:
        raise Illegal(
            f"This is no export of listmonk's subscribers: it has no column {missing[0]!r}."
        )
    return Columns({what: heads.index(head) for head, what in COLUMNS.items()})


class ListmonkReader(MovingReader):
    """Reads the rows of one export for one list."""

    note = "blocklisted in listmonk"

    def standing_of(self, cells: Sequence[str]) -> Standing:
        is_barred = self.cell(cells, "status").casefold() in _BARRED
        return Standing.SUPPRESSED if is_barred else self._standing

    def completed(self, one: Person, cells: Sequence[str]) -> Person:
        return one._replace(
            is_confirmed=self._standing is Standing.CONFIRMED,
            attributes=_attributes(self.cell(cells, "attributes")),
        )


def _attributes(text: str) -> dict[str, str]:
    try:
        given = json.loads(text or "{}")
        named = {attribute_name(key): _as_text(value) for key, value in given.items()}
    except (ValueError, AttributeError, RecursionError):
        raise Illegal("The attributes are not a JSON object.") from None
    kept = [(name, value) for name, value in named.items() if name and value]
    return {name: check_attribute(name, value) for name, value in kept[:MOST_ATTRIBUTES]}


def _as_text(value: Any) -> str:
    """Words as they are, a list of words joined, anything else as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list) and not any(isinstance(one, dict | list) for one in value):
        return "; ".join(filter(None, map(_as_text, value)))
    return json.dumps(value, ensure_ascii=False)
