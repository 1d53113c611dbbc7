"""How a person names a campaign."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from digest.cli.context import parse_id
from digest.domain.errors import Permanent
from digest.store.campaigns import find_campaign, recent_campaigns
from digest.store.engine import Database

Id = Annotated[str, typer.Argument(metavar="ID", help="A campaign's id, or `latest`.")]


def find_one(db: Database, text: str) -> UUID:
    """The id of the campaign that is meant."""
    with db.read() as session:
        if text == "latest":
            newest = recent_campaigns(session, 1)
            if newest:
                return newest[0].id
            raise Permanent("There is no campaign yet.")
        return find_campaign(session, parse_id(text)).id


def forgotten_words(since: datetime) -> str:
    """What is said of a campaign whose deliveries are no more."""
    return (
        f"Its deliveries are forgotten since {since:%Y-%m-%d}; their sums stay. "
        "Rows and tallies were compared when each batch went."
    )
