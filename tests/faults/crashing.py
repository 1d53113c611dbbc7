"""Dies at each statement of a step in turn (R-21): ``python -m tests.faults.crashing STEP EVERY``.

A process that has no threads and no connections, and has done it all once so that its statements
are compiled, forks one child for each statement. The child makes a small campaign, and kills itself
with -9 before its n-th statement or COMMIT of the step, or after statements that went out together;
another child recovers and finishes what it left. The loop ends
when a child gets through alive: then there is no n-th statement. Prints how many were played:
with 3 for EVERY each third. ``FAIL_POINT=7`` in the environment plays the seventh alone.
"""

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

# What a step would import when it is reached is here before children are forked.
import prometheus_client.multiprocess  # noqa: F401
import psycopg
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from digest.actions.deliver_campaign import deliver_campaign
from digest.actions.start_campaign import start_campaign
from digest.actions.tend_campaigns import tend_campaigns
from digest.domain.states import CampaignState
from digest.settings import Settings, load_settings
from digest.store.campaigns import Campaign
from digest.store.engine import Database
from tests.builders import NOW, a_campaign, a_list, a_sending_campaign, an_edition, many_subscribers
from tests.databases import warmed
from tests.faults.leases import pass_leases

PEOPLE = 6
# A statement is part of a step when one of these functions is at work: (module, function).
STEPS = {
    "freeze": {("digest.actions.start_campaign", "start_campaign")},
    "exchange": {("digest.deliver.books", "patiently")},  # claim, flush, renew
    "finish": {("digest.actions.tend_campaigns", "_tend")},
}


def main(step: str, every: int) -> None:
    settings = load_settings()
    rehearse(settings, step)
    only = os.environ.get("FAIL_POINT")
    point, played = int(only or 0), 0
    while in_child(partial(play, settings, step, point)) == -signal.SIGKILL and only is None:
        assert in_child(partial(recover, settings)) == 0, f"{step} {point} is not recovered from"
        point, played = point + every, played + 1
    assert in_child(partial(recover, settings)) == 0
    print(f"\n{played}")


def rehearse(settings: Settings, step: str) -> None:
    db = warmed(Database(settings.database))
    prepare, act = ACTS[step]
    act(db, settings, prepare(db, settings, "rehearsed"))
    recover(settings)
    db.close()
    assert threading.active_count() == 1


def in_child(work: Callable[[], None]) -> int:
    """How the child ended: an exit status, or minus the signal that killed it."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        except Exception:  # noqa: BLE001 - the edge of the child
            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def play(settings: Settings, step: str, point: int) -> None:
    db = warmed(Database(settings.database))
    prepare, act = ACTS[step]
    campaign_id = prepare(db, settings, f"{step}{point}")
    arm(step, point)
    act(db, settings, campaign_id)


def arm(step: str, point: int) -> None:
    """Kill this process before statement number ``point`` of the step."""
    left = point

    def count(*_: object) -> None:
        nonlocal left
        if not is_at_work(STEPS[step]):
            return
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)
    count_around_what_goes_together(count)


def count_around_what_goes_together(count: Callable[[], None]) -> None:
    """Those statements go straight to the driver: see ``digest/store/together.py``."""
    execute = psycopg.ClientCursor.execute

    def counted(*given: Any) -> Any:
        count()
        cursor = execute(*given)
        count()
        return cursor

    psycopg.ClientCursor.execute = counted  # type: ignore[method-assign]


def is_at_work(functions: set[tuple[str, str]]) -> bool:
    frame = sys._getframe()
    while frame is not None:
        if (frame.f_globals.get("__name__"), frame.f_code.co_name) in functions:
            return True
        frame = frame.f_back
    return False


def recover(settings: Settings) -> None:
    """What beats and workers do once the leases of the dead are over."""
    db = warmed(Database(settings.database))
    pass_leases(db)
    for _ in range(10):
        to_start, to_send = tend_campaigns(db, NOW)
        for campaign_id in to_start:
            start_campaign(db, settings, campaign_id, NOW)
        for campaign_id in to_send:
            deliver(db, settings, campaign_id)
        with db.read() as session:
            if not session.scalars(select(Campaign.id).where(Campaign.state.in_(RUNNING))).all():
                db.close()
                return
    raise AssertionError("it does not end")


RUNNING = (CampaignState.SCHEDULED, CampaignState.SENDING)


def deliver(db: Database, settings: Settings, campaign_id: UUID) -> None:
    stop = threading.Event()
    deliver_campaign(db, settings, campaign_id, clock=lambda: NOW, stop=stop)


def tend(db: Database, settings: Settings, campaign_id: UUID) -> None:
    tend_campaigns(db, NOW)


def a_scheduled(db: Database, settings: Settings, slug: str) -> UUID:
    """An approved edition that is due, and its people."""
    with db.begin() as session:
        mailing_list = a_list(session, slug)
        many_subscribers(session, settings, people(slug), mailing_list)
        return a_campaign(session, an_edition(session, mailing_list)).id


def a_sending(db: Database, settings: Settings, slug: str) -> UUID:
    return a_sending_campaign(db, settings, people(slug), slug=slug, expires=False)


def a_served(db: Database, settings: Settings, slug: str) -> UUID:
    campaign_id = a_sending(db, settings, slug)
    deliver(db, settings, campaign_id)
    return campaign_id


def people(slug: str) -> list[str]:
    return [f"{slug}+{n}@mail.example" for n in range(PEOPLE)]


def start(db: Database, settings: Settings, campaign_id: UUID) -> None:
    start_campaign(db, settings, campaign_id, NOW)


ACTS = {
    "freeze": (a_scheduled, start),
    "exchange": (a_sending, deliver),
    "finish": (a_served, tend),
}

if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
