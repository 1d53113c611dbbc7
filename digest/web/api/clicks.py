"""What an edition's readers followed, all together."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from digest.actions.click_numbers import click_numbers
from digest.web.site import Here


class LinkClicks(BaseModel):
    """One link."""

    url: str
    title: str = Field(description="Of what it leads to; empty where the edition doesn't say.")
    clicks: int


class DayClicks(BaseModel):
    """One day of UTC."""

    day: date
    clicks: int
    opens: int


class Clicks(BaseModel):
    """Sums; null where the edition doesn't count them."""

    edition: UUID
    clicks: int | None
    opens: int | None
    links: list[LinkClicks] = Field(description="The one followed most first.")
    days: list[DayClicks]


def show_clicks(site: Here, edition_id: UUID) -> Clicks:
    """How often an edition's links were followed, by all readers together."""
    return Clicks.model_validate(click_numbers(site.db, edition_id), from_attributes=True)
