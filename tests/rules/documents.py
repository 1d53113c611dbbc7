"""The project's documents as text: what the rules about them read."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")),
        *(ROOT / "docs").rglob("*.md"),
    ]
)
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def section(text: str, heading: str) -> str:
    """What stands under a heading, until the next one of its level or above."""
    level = len(heading) - len(heading.lstrip("#"))
    _, found, rest = text.partition(f"\n{heading}\n")
    assert found, f"there is no heading {heading!r}"
    return re.split(rf"\n#{{1,{level}}} ", rest)[0]


def rows(text: str) -> list[list[str]]:
    """The cells of all table rows, without heads and rules."""
    found = []
    for table in re.findall(r"(?:^\|.*\n)+", text + "\n", re.MULTILINE):
        found += [
            [cell.strip() for cell in line.strip("|").split(" | ")]
            for line in table.splitlines()[2:]
        ]
    return [[cell.strip("| ") for cell in row] for row in found]


def blocks(text: str) -> list[str]:
    """The code blocks of a document, fenced or indented."""
    fenced = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    indented = re.findall(r"(?<=\n\n)(?: {4}.*\n|\n(?= {4}))+", text)
    return [*fenced, *indented]


def commands(text: str) -> list[str]:
    """The lines of code blocks that call our command."""
    return commands_of(text, "digest ")


def commands_of(text: str, beginning: str) -> list[str]:
    """The lines of code blocks that begin so."""
    lines = [line.strip() for block in blocks(text) for line in block.splitlines()]
    return [line for line in lines if line.startswith(beginning)]


def ticked(text: str) -> list[str]:
    """What stands between back-ticks in running text."""
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)
