"""``digest campaign override``: start what is held back."""

from typing import Annotated

import typer

from digest.actions.control_campaign import override_hold
from digest.cli.context import actor, console, database
from digest.cli.one_campaign import Id, find_one
from digest.clock import utc_now


def override(
    campaign: Id,
    reason: Annotated[str, typer.Option(help="Kept in the audit.")],
) -> None:
    """Start a campaign that is held back: its domain fails, or many complained of the last one.

    Example: digest campaign override latest --reason "the provider mends DNS at noon"
    """
    db = database()
    override_hold(db, find_one(db, campaign), reason=reason, now=utc_now(), actor=actor())
    console.print("It starts.")
