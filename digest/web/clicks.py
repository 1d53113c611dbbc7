"""Clicks and opens on their way to the database: together, every few seconds.

A process that is killed loses those of its last fifteen seconds; one that is stopped writes them.
"""

import asyncio
from datetime import date
from uuid import UUID

from starlette.concurrency import run_in_threadpool

from digest.actions.follow_link import write_hits
from digest.clock import monotonic
from digest.domain.errors import Transient
from digest.feedback.tally import Tally
from digest.log import get_logger
from digest.store.engine import Database
from digest.store.links import Hit

PAUSE = 5.0  # seconds between two writes

log = get_logger(__name__)


class Clicks:
    """Counts in the event loop, and writes in a thread while there is something to write."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._tally = Tally()
        self._work: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()

    def click(self, edition_id: UUID, key: int, *, client: str, day: date) -> None:
        """A link was followed."""
        self._tally.click(edition_id, key, client=client, day=day, at=monotonic())
        self._begin()

    def open(self, edition_id: UUID, *, day: date) -> None:
        """A picture was loaded."""
        self._tally.open(edition_id, day=day)
        self._begin()

    async def write_all(self) -> None:
        """Write down what there is, though its seconds are not over."""
        await self._settle_and_write(float("inf"))

    def _begin(self) -> None:
        if self._work is None:
            self._work = asyncio.create_task(self._work_off())

    async def _work_off(self) -> None:
        try:
            while self._tally:
                await asyncio.sleep(PAUSE)
                await self._settle_and_write(monotonic())
        finally:
            self._work = None

    async def _settle_and_write(self, at: float) -> None:
        async with self._writing:
            self._tally.settle(at)
            left = await run_in_threadpool(self._write, self._tally.take())
            self._tally.give_back(left)

    def _write(self, counts: dict[Hit, int]) -> dict[Hit, int]:
        """What could not be written and is worth another try."""
        left = dict(counts)
        try:
            for hit in write_hits(self._db, counts):
                del left[hit]
        except Transient as error:
            log.warning("counts wait", n=len(left), why=str(error))
            return left
        except Exception:  # the outermost edge: counting goes on
            log.exception("counts lost", n=len(left))
        return {}
