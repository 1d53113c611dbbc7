"""The invented mails of tests/corpus/bounces, each with what it says."""

import json
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "corpus" / "bounces"
NAMES = sorted(path.stem for path in FOLDER.glob("*.eml"))


def mail(name: str) -> bytes:
    return (FOLDER / f"{name}.eml").read_bytes()


def expected(name: str) -> list[tuple[str | None, str, str, str | None]]:
    """Address, class, reason and status of each recipient."""
    rows = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))["recipients"]
    return [(row["address"], row["class"], row["reason"], row["status"]) for row in rows]
