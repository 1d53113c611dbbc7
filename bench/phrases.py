"""Sentences about invented places, by language, from ``phrases.json``: what generated pages say.

Labels stand there once more, apart from the table that the extractor reads, so that a mistake in
that table shows.
"""

import json
from pathlib import Path

_READ = json.loads(Path(__file__).with_name("phrases.json").read_text(encoding="utf-8"))
_BY_LANGUAGE = _READ["languages"]

PLACES: list[str] = _READ["places"]
PEOPLE: list[str] = _READ["people"]
SENTENCES: dict[str, list[str]] = {one: said["sentences"] for one, said in _BY_LANGUAGE.items()}
TITLES: dict[str, list[str]] = {one: said["titles"] for one, said in _BY_LANGUAGE.items()}
RELATED: dict[str, str] = {one: said["related"] for one, said in _BY_LANGUAGE.items()}
MORE: dict[str, list[str]] = {one: said["more"] for one, said in _BY_LANGUAGE.items()}


def labels(language: str, *, held_out: bool) -> list[str]:
    """Labels of ``language``: those for tuning, or those for measuring only."""
    found: list[str] = _BY_LANGUAGE[language]["labels"]["held_out" if held_out else "tune"]
    return found
