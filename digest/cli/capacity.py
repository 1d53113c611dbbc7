"""``digest capacity``: a plan on paper from measured figures."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from digest.cli.context import console, print_json, settings
from digest.domain.rate import parse_rate
from digest.operate.capacity import Measured, Plan, Wish, plan_capacity
from digest.operate.measured import FIGURES, read_measured


def capacity(
    subscribers: Annotated[int, typer.Option(min=1, help="Who gets each edition.")],
    relay_rate: Annotated[str, typer.Option(help="What the relays take together, as 200/s.")],
    editions_per_day: Annotated[int, typer.Option(min=1, max=1440, help="Of all lists.")] = 1,
    figures: Annotated[Path, typer.Option(help="What the benchmark wrote down.")] = FIGURES,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """How long an edition takes, what it needs and how the database grows, by measured figures.

    Example: digest capacity --subscribers 5000000 --editions-per-day 2 --relay-rate 200/s
    """
    found = read_measured(figures)
    wish = Wish(subscribers, editions_per_day, parse_rate(relay_rate), settings().delivery_days)
    plan = plan_capacity(wish, found)
    if json:
        print_json(asdict(plan) | {"measured": asdict(found)})
    else:
        _show(plan, found)


def _show(plan: Plan, found: Measured) -> None:
    table = Table("what", "", "from", box=None)
    for line in plan.lines:
        table.add_row(line.name, f"{_short(line.value)} {line.unit}".strip(), line.basis)
    console.print(table)
    for warning in plan.warnings:
        console.print(f"! {warning}", soft_wrap=True)
    console.print(
        f"Measured on {found.cores} cores ({found.processor}), {found.measured_at[:10]}: "
        f"{found.source}. All else grows with the numbers above; that is assumed.",
        soft_wrap=True,
    )


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"
