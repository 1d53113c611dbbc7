"""People by the table: a CSV file taken in, and one given out."""

from collections.abc import AsyncIterator, Iterator
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from digest.actions.export_subscribers import COLUMNS, export_subscribers
from digest.actions.gone_elsewhere import Parting
from digest.actions.import_subscribers import Fate
from digest.actions.import_tables import import_tables, refuse_unless_whole
from digest.audience.table import Origin, Reject, Service, Standing
from digest.clock import utc_now
from digest.domain.csv_cells import csv_lines
from digest.domain.states import SubscriptionState
from digest.web.api.guards import ByCaller
from digest.web.site import Here

MOST_FAULTS = 100
CHUNK = 500  # lines of a table that are given out at once


class Fault(BaseModel):
    """A row that nobody could be subscribed by."""

    line: int
    why: str


class ImportReport(BaseModel):
    """What an import did, or would do."""

    rows: int
    counts: dict[Fate, int]
    partings: dict[Parting, int] = Field(description="Of who was gone at another service.")
    duplicates: int
    rejected: int
    faults: list[Fault] = Field(description=f"The first {MOST_FAULTS}.")


async def _table(request: Request, caller: ByCaller) -> AsyncIterator[Path]:  # noqa: ARG001 - the caller is asked for so that a strange one is refused first
    with NamedTemporaryFile(suffix=".csv") as file:
        async for part in request.stream():
            file.write(part)
        file.flush()
        yield Path(file.name)


def import_table(
    site: Here,
    caller: ByCaller,
    list_slug: str,
    table: Annotated[Path, Depends(_table)],
    service: Annotated[
        Service | None, Query(alias="from", description="The service whose export it is.")
    ] = None,
    standing: Annotated[
        Standing | None,
        Query(alias="as", description="How the people of the export stood there, with `from`."),
    ] = None,
    dry_run: Annotated[bool, Query(description="Only say what it would do.")] = False,
) -> ImportReport:
    """Put the people of a CSV table, or of a service's export, on a list. Nobody comes back who
    left, nobody who is suppressed, and nobody's choices change."""
    origin = Origin(service, standing)
    refuse_unless_whole(origin, caller.grants)
    faults: list[Fault] = []

    def note(reject: Reject) -> None:
        if len(faults) < MOST_FAULTS:
            faults.append(Fault(line=reject.line, why=reject.reason))

    taken = import_tables(
        site.db,
        site.settings,
        table,
        origin,
        list_slug=list_slug,
        now=utc_now(),
        actor=caller.actor,
        dry_run=dry_run,
        on_reject=note,
    )
    return ImportReport(
        rows=taken.rows,
        counts={fate: taken.counts[fate] for fate in Fate},
        partings={parting: taken.partings[parting] for parting in Parting},
        duplicates=taken.duplicates,
        rejected=taken.rejected,
        faults=faults,
    )


def export_table(
    site: Here,
    list_slug: str,
    state: Annotated[list[SubscriptionState], Query(max_length=4)] = [],  # noqa: B006 - only read
) -> StreamingResponse:
    """A list's people as CSV, in these states or in any; an import takes the same columns."""
    people = export_subscribers(site.db, list_slug=list_slug, states=state, now=utc_now())
    rows = ([getattr(one, name) for name in COLUMNS] for one in people)
    return StreamingResponse(_lines(rows), media_type="text/csv")


def _lines(rows: Iterator[list[str]]) -> Iterator[str]:
    yield csv_lines([COLUMNS])
    while chunk := list(islice(rows, CHUNK)):
        yield csv_lines(chunk)
