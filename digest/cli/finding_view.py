"""Findings, and what mail programs support, on a terminal."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from digest.render import Finding, Severity
from digest.render.support import CLIENTS, LEVELS, support_table

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def as_findings(findings: Sequence[Finding]) -> RenderableType:
    """Each with what to do, the worst first as given."""
    lines = []
    for finding in findings:
        text = Text(f"{finding.severity}: ", style=_STYLES[finding.severity])
        text.append(f"{finding.where}: {finding.why}", style="default not bold")
        text.append(f" {finding.remedy}", style="dim not bold")
        lines.append(text)
    return Group(*lines)


def as_support() -> RenderableType:
    """The table of constructs: who supports them, and what is seen where nobody does."""
    table = Table("construct", *CLIENTS, "where it isn't", "source, tested", box=None)
    for entry in support_table().values():
        levels = (LEVELS[letter] for letter in entry.clients)
        source = f"{entry.source} ({entry.date})"
        without = entry.without or "–"
        table.add_row(Text(entry.name), *levels, Text(without), Text(source, overflow="fold"))
    return table
