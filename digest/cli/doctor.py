"""``digest doctor``: what is wrong with the service and its domains, and what to do about it."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.text import Text

from digest.actions.examine import examine
from digest.cli.context import console, print_json, progress, settings
from digest.clock import utc_now
from digest.domain.checkup import Check, Verdict, failed, worst
from digest.domain.errors import Permanent
from digest.store.engine import Database

_STYLES = {
    Verdict.OK: "green",
    Verdict.UNKNOWN: "cyan",
    Verdict.WARNING: "yellow",
    Verdict.FAILED: "bold red",
}


def doctor(json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Check each part: database, broker, processes, relays, and the domains' SPF, DKIM, DMARC, MX.

    Prints a verdict and a remedy for each, and the DNS records to set. Exit status 1 if one failed.
    Example: digest doctor --json
    """
    checks: list[Check] = []
    with progress("looking") as advance:
        for check in examine(Database(settings().database), settings(), utc_now()):
            checks.append(check)
            advance()
    if json:
        print_json({"verdict": worst(checks), "checks": checks})
    else:
        _print(checks)
    if wrong := failed(checks):
        parts = ", ".join(dict.fromkeys(check.part for check in wrong))
        raise Permanent(f"{len(wrong)} of {len(checks)} checks failed: {parts}.")


def _print(checks: Sequence[Check]) -> None:
    for check in checks:
        line = Text(f"{check.verdict.value:<8}", style=_STYLES[check.verdict])
        line.append(f"{check.part}: {check.sentence}", style="default not bold")
        if check.verdict is not Verdict.OK and check.remedy:
            line.append(f" {check.remedy}", style="dim not bold")
        console.print(line, soft_wrap=True)
    for record in dict.fromkeys(check.record for check in checks if check.record):
        # Plain lines: nothing may break a value that is copied into a zone file.
        print(f"\nName:  {record.name}\nType:  TXT\nValue: {record.quoted}")
