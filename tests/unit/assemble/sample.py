"""Invented briefs, built by plain functions with defaults."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from digest.assemble.candidate import Candidate

NOW = datetime(2026, 3, 10, 7, 0, tzinfo=UTC)

TERMINAL = {
    "title": "Ostmark’s Grain Terminal Loads Ships Again",
    "bullets": (
        "The grain terminal at Varda loaded three ships on Sunday, the first since the fire in "
        "January, and Ostmark’s transport ministry wants 40 more by the end of the month.",
        "Insurers have not lowered the rates that they doubled after the fire, which keeps small "
        "carriers away from the harbour.",
        "Two port masters doubt that half of the usual volume can be reached “within a month”.",
        "The Selt islands, which buy four fifths of their wheat at Varda, have stocks for 19 days.",
    ),
    "body": (
        "Three ships left the quays of Varda on Sunday with wheat for the Selt islands, nine weeks "
        "after a fire destroyed the conveyor of the largest grain terminal on the northern coast. "
        "Workers cheered as the first of them, a coaster of 6,000 tonnes, cleared the breakwater.",
        "The ministry in Ostmark speaks of a return to normal. Those who charter ships do not: the "
        "premium for a call at Varda is still twice what it was before the fire, and three "
        "underwriters said last week that they want to see a report on the cause before they move.",
    ),
}
RATES = {
    "title": "Ostmark’s Central Bank Raises Its Rate by 25 Points",
    "bullets": (
        "The central bank of Ostmark raised its main rate by 25 points to 4.25 percent, the third "
        "rise in a row, and said that prices for bread and fuel leave it no choice.",
        "Exporters had asked for a pause, since the mark has gained a tenth in value this winter.",
        "The governor did not rule out a further step in May.",
    ),
    "body": (
        "The board voted six to three, the narrowest majority since the governor took office. "
        "Those who dissented wanted to wait for the figures on wages, which come out in April.",
        "Bonds fell after the announcement and recovered by noon. Traders now expect that rates "
        "will peak in the summer, a quarter later than they thought a month ago.",
    ),
}
METER = {
    "title": "Kell Valley Councils Agree to Share One Water Meter",
    "bullets": (
        "Seven councils of the Kell valley will read their water use from one meter at the dam, "
        "which ends a dispute over leaks that has lasted for eleven years.",
        "The upper villages give up a right of first use that dates from the time of the mills.",
    ),
    "body": (
        "The agreement was signed in the school of Lower Kell, since no council wanted to be the "
        "guest of another. It runs for twelve years and can be ended by any three of the seven.",
        "Farmers’ unions call it a model. Hydrologists point out that one meter can’t tell where "
        "the water goes, only that it has gone.",
    ),
}


def a_candidate(number: int = 1, **changes: Any) -> Candidate:
    """A brief like no other: its words hold its number and words of its own."""
    own = " ".join(f"word{number}x{i}" for i in range(60))
    values: dict[str, Any] = {
        "id": UUID(int=number),
        "title": f"Title {_spelt(number)} of a story {_spelt(number)} told once",
        "url": f"https://ledger.example/briefs/{number}",
        "arrived_at": NOW - timedelta(hours=1),
        "bullets": (own[:200], f"The second bullet of {_spelt(number)}.", "A third."),
        "body": (own,),
        "source": "Northern Ledger",
    }
    return Candidate(**(values | changes))


def a_story(story: dict[str, Any], number: int, **changes: Any) -> Candidate:
    """One of the stories above."""
    return a_candidate(number, **(story | changes))


def a_copy(original: Candidate, number: int, **changes: Any) -> Candidate:
    """The same brief as another site carries it."""
    url = f"https://dispatch.example/analysis/{number}?ref=front"
    values = {"id": UUID(int=number), "url": url, "source": "Selt Dispatch", "source_rank": 1}
    return replace(original, **(values | changes))


def straight(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Straight quotation marks for curly ones."""
    table = str.maketrans({"“": '"', "”": '"', "’": "'", "‘": "'"})
    return tuple(text.translate(table) for text in texts)


def _spelt(number: int) -> str:
    """A number as letters, so that titles don't differ by figures alone."""
    return "".join("abcdefghij"[int(digit)] * 2 for digit in str(number))
