"""RFC 8058's button, pressed by many at once: when a big mailbox provider takes a dislike to a
mail, it presses it for thousands. Those who wait while one transaction runs share the next."""

import asyncio
from uuid import UUID

from starlette.concurrency import run_in_threadpool

from digest.actions.unsubscribe import unsubscribe_together
from digest.audience.membership import Left
from digest.clock import utc_now
from digest.domain.errors import NotFound
from digest.store.engine import Database

MOST_AT_ONCE = 100

Place = tuple[UUID, UUID]  # subscriber, list


class OneClicks:
    """Ends subscriptions in the order in which they come, one transaction at a time."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: list[tuple[Place, asyncio.Future[None]]] = []
        self._work: asyncio.Task[None] | None = None

    async def leave(self, place: Place) -> None:
        """Return once it is committed. ``NotFound`` where there is no such place; what else may
        go wrong with the transaction goes wrong for all that share it."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((place, done))
        if self._work is None:
            self._work = asyncio.create_task(self._work_off())
        await done

    async def _work_off(self) -> None:
        while self._waiting:
            some, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            try:
                found = await run_in_threadpool(self._end, {place for place, _ in some})
            except Exception as error:  # noqa: BLE001 - each that waits is told
                answers: list[Exception | None] = [error] * len(some)
            else:
                answers = [None if place in found else _no_place() for place, _ in some]
            for (_, done), wrong in zip(some, answers, strict=True):
                _answer(done, wrong)
        self._work = None

    def _end(self, places: set[Place]) -> set[Place]:
        return unsubscribe_together(self._db, places, how=Left.ONE_CLICK, now=utc_now())


def _no_place() -> NotFound:
    """One for each: an error that is raised again keeps the frames of all times before."""
    return NotFound("There is no such subscription.")


def _answer(done: asyncio.Future[None], wrong: Exception | None) -> None:
    if done.done():  # whoever asked has gone
        return
    if wrong is None:
        done.set_result(None)
    else:
        done.set_exception(wrong)
